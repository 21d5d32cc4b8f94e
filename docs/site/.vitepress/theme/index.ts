import DefaultTheme from "vitepress/theme-without-fonts";
import "./gallery.css";
import "./style.css";

export default DefaultTheme;

import { gradients, mul, scope, square, sub, sum, tensor } from "@ltt/core";

const w = tensor([1, 2], [2], { requiresGrad: true });

// f(w) = Σ w³, so f′ = 3w² and f″ = 6w
const f = sum(mul(w, square(w)));
const [first] = gradients(f, [w], { createGraph: true });
const [second] = gradients(sum(first!), [w]);
console.log(await first!.read(), await second!.read());

// Gradient descent to 3, by hand. What a scope makes is given back when it ends.
for (let step = 0; step < 50; step++) {
  scope(() => {
    const [gradient] = gradients(sum(square(sub(w, 3))), [w]);
    w.write(sub(w, mul(gradient!, 0.1)).data);
  });
}
console.log(Array.from(await w.read(), (value) => value.toFixed(3)));

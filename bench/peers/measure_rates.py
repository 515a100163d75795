"""Measures what this machine's libtorch gives: python measure_rates.py JOB.json RESULT.json

The job: {dtype, device, threads, products: [{rows, inner, columns, direction}], attention: {length, heads, kvHeads,
headDim}}. The result: {products: [FLOP/s], attention: {forward, backward}}, each the best of the ways tried, so that the
rate is the machine's and not that of one call's overhead.
"""

import json
import statistics
import sys
import time

import torch
import torch.nn.functional as F

SECONDS = 0.25


def rate(work, flops, cuda):
    """FLOP/s of the median run, over at least SECONDS and five runs."""
    def run():
        started = time.perf_counter()
        work()
        if cuda:
            torch.cuda.synchronize()
        return time.perf_counter() - started

    run(), run()
    times = []
    while len(times) < 5 or sum(times) < SECONDS:
        times.append(run())
    return flops / statistics.median(times)


def ways(x, weight, direction):
    """Ways to multiply x by the transpose of a [out, in] weight (forward) or by the weight itself (dX)."""
    transposed = weight.t().contiguous()
    if direction == "forward":
        by_rows, by_columns = weight, transposed
    else:
        by_rows, by_columns = transposed, weight
    yield lambda: F.linear(x, by_rows)
    yield lambda: F.linear(x, by_columns.t())
    # oneDNN itself: torch takes MKL for fp32, which is slow on CPUs that are not Intel's.
    if x.device.type == "cpu" and hasattr(torch.ops.mkldnn, "_linear_pointwise"):
        yield lambda: torch.ops.mkldnn._linear_pointwise(x, by_rows, None, "none", [], "")
        yield lambda: torch.ops.mkldnn._linear_pointwise(x, by_columns.t(), None, "none", [], "")


def best_product(product, options, cuda):
    rows, inner, columns = product["rows"], product["inner"], product["columns"]
    x = torch.randn(rows, inner, **options)
    forward = product["direction"] == "forward"
    weight = torch.randn(*((columns, inner) if forward else (inner, columns)), **options)
    flops = 2 * rows * inner * columns
    rates = []
    for work in ways(x, weight, product["direction"]):
        try:
            rates.append(rate(work, flops, cuda))
        except RuntimeError:
            continue  # This build lacks that way.
    return max(rates)


def attention_rates(shape, options, cuda):
    """SDPA over rows of one length, causal: forward alone, and the backward by itself."""
    rows = max(1, 2048 // shape["length"])
    def tensor(heads):
        return torch.randn(rows, heads, shape["length"], shape["headDim"], requires_grad=True, **options)

    q, k, v = tensor(shape["heads"]), tensor(shape["kvHeads"]), tensor(shape["kvHeads"])
    pairs = rows * shape["length"] * (shape["length"] + 1) / 2 * shape["heads"] * shape["headDim"]
    call = lambda: F.scaled_dot_product_attention(q, k, v, is_causal=True, enable_gqa=shape["heads"] != shape["kvHeads"])
    with torch.no_grad():
        forward = rate(call, 4 * pairs, cuda)
    out = call()
    grad = torch.ones_like(out)
    backward = rate(lambda: torch.autograd.grad(out, (q, k, v), grad, retain_graph=True), 10 * pairs, cuda)
    return {"forward": forward, "backward": backward}


def main(job_path, result_path):
    with open(job_path) as file:
        job = json.load(file)
    cuda = job["device"] == "cuda"
    if job["threads"]:
        torch.set_num_threads(job["threads"])
    torch.manual_seed(0)
    options = {"dtype": getattr(torch, job["dtype"]), "device": job["device"]}
    with torch.no_grad():
        products = [best_product(product, options, cuda) for product in job["products"]]
    result = {"products": products, "attention": attention_rates(job["attention"], options, cuda)}
    with open(result_path, "w") as file:
        json.dump(result, file)


if __name__ == "__main__":
    main(*sys.argv[1:])

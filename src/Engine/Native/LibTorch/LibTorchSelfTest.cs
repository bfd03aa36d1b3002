using LmDeploy.Text.Errors;
using LmDeploy.V1;
using TorchSharp;

namespace LmDeploy.Engine.Native.LibTorch;

/// <summary>
/// Checks that the loaded libtorch computes what it should with the operators the engine uses. Resolved symbols do not prove
/// that TorchSharp and this libtorch agree on the layout of structures; right numbers do.
/// </summary>
internal static class LibTorchSelfTest
{
    /// <exception cref="EngineException"><see cref="ErrorCodes.NativeLibrary"/>, naming the operator.</exception>
    public static void Run(torch.Device device)
    {
        using var scope = torch.NewDisposeScope();
        using var noGrad = torch.no_grad();
        try
        {
            var x = torch.tensor(new float[] { 1, 2, 3, 4 }, 2, 2).to(device);
            Expect("matmul", torch.matmul(x, x), 7, 10, 15, 22);
            Expect("linear", torch.nn.functional.linear(x, x), 5, 11, 11, 25);
            Expect("bfloat16", (x.to(torch.bfloat16) * x.to(torch.bfloat16)).to(torch.float32), 1, 4, 9, 16);
            Expect("index_select", x.index_select(0, torch.tensor(new long[] { 1, 0 }).to(device)), 3, 4, 1, 2);
            Expect("cat", torch.cat([x, x], 1).narrow(1, 1, 2), 2, 1, 4, 3);
            Expect("argmax", x.argmax(1).to(torch.float32), 1, 1);
            Expect("rsqrt", torch.rsqrt(x), 1, 0.70710678f, 0.57735027f, 0.5f);
            Expect("softmax", torch.softmax(x, 1), 0.26894143f, 0.7310586f, 0.26894143f, 0.7310586f);
            Expect("silu", torch.nn.functional.silu(x), 0.7310586f, 1.7615942f, 2.8577223f, 3.928055f);
            var target = torch.zeros(3, 2).to(device);
            Expect("index_copy_", target.index_copy_(0, torch.tensor(new long[] { 2, 0 }).to(device), x), 3, 4, 0, 0, 1, 2);
            var q = x.reshape(1, 1, 2, 2);
            Expect("scaled_dot_product_attention", torch.nn.functional.scaled_dot_product_attention(q, q, q, is_casual: true), 1, 2, 2.9998996f, 3.9998996f);
        }
        catch (Exception e) when (e is not EngineException)
        {
            throw new EngineException(ErrorCodes.NativeLibrary, $"libtorch's self-test failed on {device}: {e.Message}", innerException: e);
        }
    }

    private static void Expect(string operation, torch.Tensor actual, params float[] expected)
    {
        var values = actual.to(torch.CPU).contiguous().data<float>().ToArray();
        if (values.Length != expected.Length || values.Zip(expected).Any(pair => Math.Abs(pair.First - pair.Second) > 1e-4))
        {
            throw new EngineException(
                ErrorCodes.NativeLibrary,
                $"libtorch computes {operation} wrongly: expected [{string.Join(", ", expected)}], got [{string.Join(", ", values)}]");
        }
    }
}

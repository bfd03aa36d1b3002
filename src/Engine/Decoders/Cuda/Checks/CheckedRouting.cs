using LmDeploy.Engine.Kernels;
using LmDeploy.Engine.Native.LibTorch;
using TorchSharp;

namespace LmDeploy.Engine.Decoders.Cuda.Checks;

/// <summary><see cref="Routing"/> in tensors on a device.</summary>
/// <param name="Chosen">[rows, experts per token]</param>
internal sealed record CheckedRouting(torch.Tensor Chosen, torch.Tensor Weights, torch.Tensor Plan, torch.Tensor Order)
{
    public Routing Addresses => new(TorchShim.DataPointer(Chosen), TorchShim.DataPointer(Weights), TorchShim.DataPointer(Plan), TorchShim.DataPointer(Order));

    /// <summary>With room for what the kernel <c>route</c> writes.</summary>
    public static CheckedRouting Room(int rows, int experts, int perToken, torch.Device device)
    {
        return new CheckedRouting(
            Zeros(torch.int32, rows, perToken),
            Zeros(torch.float32, rows, perToken),
            Zeros(torch.int32, ExpertKernels.PlanIntegers(experts)),
            Zeros(torch.int32, rows * perToken));

        torch.Tensor Zeros(torch.ScalarType dtype, params long[] shape) => torch.zeros(shape, dtype: dtype, device: device);
    }

    /// <summary>Of choices that are made already.</summary>
    /// <param name="chosen">[rows * experts per token]; -1 for those of a row that is not used.</param>
    /// <param name="weights">[rows, experts per token]</param>
    public static CheckedRouting Of(int[] chosen, torch.Tensor weights, int experts)
    {
        var order = Enumerable.Range(0, chosen.Length).Where(pair => chosen[pair] >= 0).OrderBy(pair => chosen[pair]).ToArray();
        var used = order.Select(pair => chosen[pair]).Distinct().ToArray();
        var plan = new int[ExpertKernels.PlanIntegers(experts)];
        plan[1] = used.Length;
        for (var place = 0; place < used.Length; place++)
        {
            plan[2 + place] = used[place];
            plan[3 + experts + place] = order.Count(pair => chosen[pair] <= used[place]);
        }

        return new CheckedRouting(
            torch.tensor(chosen).view(weights.shape), weights, torch.tensor(plan), torch.tensor([.. order, .. new int[chosen.Length - order.Length]]));
    }

    public CheckedRouting To(torch.Device device) => new(Chosen.to(device), Weights.to(device), Plan.to(device), Order.to(device));
}

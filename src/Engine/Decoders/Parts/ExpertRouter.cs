using LmDeploy.Engine.Decoders.Cuda;
using LmDeploy.Engine.Kernels;
using LmDeploy.Engine.Tensors;
using LmDeploy.Models.Specs;
using TorchSharp;

namespace LmDeploy.Engine.Decoders.Parts;

/// <summary>Chooses the experts of each token and their weights. Scores are float32.</summary>
/// <param name="weight">[experts, hidden]</param>
/// <param name="correction">Added to the scores for the choice only; null for none.</param>
internal sealed class ExpertRouter(MoeSpec spec, torch.Tensor weight, torch.Tensor? bias, torch.Tensor? correction) : IDisposable
{
    // As transformers guards the division.
    private const double SmallestSum = 1e-20;

    /// <param name="x">[rows, hidden]</param>
    /// <returns>Two tensors [rows, experts per token]: int64 and float32.</returns>
    public (torch.Tensor Experts, torch.Tensor Weights) Route(torch.Tensor x)
    {
        using var scope = torch.NewDisposeScope();
        var scores = Scores(x);
        var (_, experts) = Candidates(scores).topk(spec.ExpertsPerToken, 1);
        var weights = scores.gather(1, experts);
        if (spec.Normalize)
        {
            weights = weights / weights.sum(1, keepdim: true).Plus(SmallestSum);
        }

        return (experts.MoveToOuterDisposeScope(), weights.Times(spec.ScalingFactor).MoveToOuterDisposeScope());
    }

    /// <inheritdoc cref="INorm.Lower"/>
    public Lowering<CudaRouter> Lower() => WhyNot() is { } reason
        ? Lowering.Refuse<CudaRouter>(reason)
        : from scores in CudaProduct.Of(weight, "router") select new CudaRouter(scores, spec.Normalize, (float)spec.ScalingFactor);

    public void Dispose()
    {
        weight.Dispose();
        bias?.Dispose();
        correction?.Dispose();
    }

    private string? WhyNot() => true switch
    {
        _ when spec.Scoring != RouterScoring.Softmax => $"router: scores by {spec.Scoring}, but the kernels have softmax alone",
        _ when spec.Groups != 1 => $"router: experts in {spec.Groups} groups",
        _ when correction is not null => "router: a bias in the choice of experts",
        _ when bias is not null => "router: a bias of its scores",
        _ when spec.Experts > ExpertKernels.MostExperts => $"router: {spec.Experts} experts, but the kernels have room for {ExpertKernels.MostExperts}",
        _ when spec.ExpertsPerToken > ExpertKernels.MostPerToken =>
            $"router: {spec.ExpertsPerToken} experts for each token, but the kernels have room for {ExpertKernels.MostPerToken}",
        _ => null,
    };

    private torch.Tensor Scores(torch.Tensor x) => spec.Scoring == RouterScoring.Sigmoid
        ? torch.nn.functional.linear(x.to(torch.float32), weight.to(torch.float32), bias).sigmoid()
        : torch.nn.functional.linear(x, weight, bias).to(torch.float32).softmax(1);

    /// <summary>The scores that the choice is made by: corrected, and 0 outside of the best groups.</summary>
    private torch.Tensor Candidates(torch.Tensor scores)
    {
        var choice = correction is null ? scores : scores.Plus(correction);
        if (spec.Groups == 1)
        {
            return choice;
        }

        // A group is as good as its best two experts.
        var rows = choice.shape[0];
        var grouped = choice.view(rows, spec.Groups, spec.Experts / spec.Groups);
        var (best, _) = grouped.topk(2, 2);
        var (_, groups) = best.sum(2).topk(spec.TopGroups, 1);
        var chosen = torch.zeros([rows, spec.Groups], torch.@bool, choice.device).scatter_(1, groups, torch.ones_like(groups, torch.@bool));
        return grouped.masked_fill(chosen.logical_not().unsqueeze(2), Number.Of(0.0)).view(rows, spec.Experts);
    }
}

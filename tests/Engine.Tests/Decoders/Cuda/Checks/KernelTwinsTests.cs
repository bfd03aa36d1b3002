using LmDeploy.Engine.Decoders.Cuda.Checks;
using LmDeploy.Engine.Decoders.Parts;
using LmDeploy.Engine.Kernels;
using LmDeploy.Models.Specs;
using LmDeploy.Tests.Torch;
using TorchSharp;

namespace LmDeploy.Engine.Tests.Decoders.Cuda.Checks;

/// <summary>The twins of kernels compute what the sources say; the kernels themselves need a GPU.</summary>
[Collection(TorchTests.Name)]
public sealed class KernelTwinsTests : IDisposable
{
    private readonly DisposeScope _scope = torch.NewDisposeScope();
    private readonly CheckData _data = new(torch.float32);

    public void Dispose() => _scope.Dispose();

    [Fact]
    public void Embed_LooksUpAndScales() =>
        CheckData.Read(KernelTwins.Embed(torch.tensor(new long[] { 1, 0 }), torch.tensor(new long[] { 0 }), torch.tensor(new float[] { 1, 2, 3, 4 }, 2, 2), 2))
            .ShouldBe([6, 8, 2, 4]);

    [Fact]
    public void Embed_TakesWhatWasChosenBefore_ForTokensBelowZero() =>
        CheckData.Read(KernelTwins.Embed(
            torch.tensor(new long[] { -2, 1, -1 }), torch.tensor(new long[] { 2, 0 }), torch.tensor(new float[] { 1, 2, 3 }, 3, 1), 1)).ShouldBe([1, 2, 3]);

    [Fact]
    public void AddNorm_AddsTheNormOfTheDelta()
    {
        // The delta has a root mean square of 5 / sqrt(2); with a weight of 1 its norm is 3 / 3.5355 and 4 / 3.5355.
        var ones = torch.ones(2);
        var (x, y) = KernelTwins.AddNorm(torch.zeros(1, 2), torch.tensor(new float[] { 3, 4 }, 1, 2), ones, null, 0);
        CheckData.Read(x).ShouldBe([0.848528f, 1.131371f], 1e-5);
        CheckData.Read(y).ShouldBe(CheckData.Read(x));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Rope_TurnsPairsByTheirPosition(bool neighbours)
    {
        // One query, one key and one value of four dimensions; the pairs are (0, 2) and (1, 3), or neighbours, which come out as halves.
        var qkv = _data.Values(1, 1, 3, 4);
        var before = CheckData.Read(qkv);
        var rope = new RopeArguments(null, null, null, 0, torch.tensor(new float[] { 1, 0.1f }), Factor: 2, neighbours, QueryScale: 3);
        var after = CheckData.Read(KernelTwins.Rope(qkv, rope, torch.tensor(new long[] { 5 }), heads: 1, keyValueHeads: 1));
        for (var pair = 0; pair < 2; pair++)
        {
            var angle = 5 * (pair == 0 ? 1 : 0.1);
            var (cosine, sine) = (2 * Math.Cos(angle), 2 * Math.Sin(angle));
            for (var head = 0; head < 2; head++)
            {
                var (a, b) = neighbours
                    ? (before[(4 * head) + (2 * pair)], before[(4 * head) + (2 * pair) + 1])
                    : (before[(4 * head) + pair], before[(4 * head) + pair + 2]);
                var scale = head == 0 ? 3 : 1;
                ((double)after[(4 * head) + pair]).ShouldBe(scale * ((a * cosine) - (b * sine)), 1e-4);
                ((double)after[(4 * head) + pair + 2]).ShouldBe(scale * ((b * cosine) + (a * sine)), 1e-4);
            }
        }

        after[8..].ShouldBe(before[8..]);
    }

    [Theory]
    [InlineData(0, false)]
    [InlineData(2, false)]
    [InlineData(0, true)]
    [InlineData(2, true)]
    public void Attend_IsTheModelsAttention(float cap, bool withSinks)
    {
        var spec = new AttentionSpec { Heads = 6, KeyValueHeads = 2, HeadDim = 8, ScoreCap = cap > 0 ? cap : null, Sinks = withSinks };
        var (queries, keys, values) = (_data.Values(2, 6, 8), _data.Values(2, 11, 2, 8), _data.Values(2, 11, 2, 8));
        var sinks = withSinks ? _data.Values(2, 6) : null;
        var actual = KernelTwins.Attend(queries, keys, values, new AttentionArguments((float)(1 / Math.Sqrt(8)), 0, cap, sinks));

        var mask = torch.ones([1, 1, 1, 11], dtype: torch.@bool);
        var expected = MaskedAttention.Attend(
            queries.view(1, 2, 3, 8), keys.transpose(0, 1).unsqueeze(0), values.transpose(0, 1).unsqueeze(0), mask, spec, sinks?.view(1, 2, 3, 1))
            .reshape(6, 8);
        CheckData.Difference(actual, expected).ShouldBeLessThan(1e-5);
    }

    [Fact]
    public void GemvGate_HasAllGatesBeforeAllUps()
    {
        // Gates 2 and -1, ups 3 and 5, of one input that is 1.
        var weight = torch.tensor(new float[] { 2, -1, 3, 5 }, 4, 1);
        CheckData.Read(KernelTwins.GemvGate(weight, torch.ones(1), Activation.Relu)).ShouldBe([6, 0]);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Experts_AreTheModels(bool normalize)
    {
        const int Rows = 9, Experts = 6, PerToken = 3, Hidden = 16, Size = 8;
        var spec = new MoeSpec
        {
            Experts = Experts, ExpertsPerToken = PerToken, IntermediateSize = Size, SparseLayers = [true], Normalize = normalize,
            ScalingFactor = 1.5,
        };
        var (x, router) = (_data.Values(1, Rows, Hidden), _data.Values(1, Experts, Hidden));
        var (gateUp, down) = (_data.Values(1, Experts, 2 * Size, Hidden), _data.Values(1, Experts, Hidden, Size));
        using var mlp = new MoeMlp(new ExpertRouter(spec, router, null, null), new Experts(gateUp, null, down, null, Activation.Silu), null, PerToken);
        var expected = mlp.Forward(x);

        var (chosen, weights) = KernelTwins.Route(torch.nn.functional.linear(x, router), PerToken, normalize, 1.5f);
        var order = CheckedRouting.Of(chosen, weights, Experts).Order.data<int>().ToArray();
        var outputs = KernelTwins.ExpertsDown(down, KernelTwins.ExpertsGateUp(gateUp, x, chosen, order, Activation.Silu), chosen, order);
        CheckData.Difference(KernelTwins.Mix(outputs.view(Rows, PerToken, Hidden), weights), expected).ShouldBeLessThan(1e-5);
    }

    [Fact]
    public void Routing_IsOrderedByExpertAndThenByRow()
    {
        // Three rows of two experts each, the second of them not used.
        var routing = CheckedRouting.Of([3, 1, -1, -1, 0, 3], torch.ones(3, 2), experts: 4);
        routing.Order.data<int>().ToArray().ShouldBe([4, 1, 0, 5, 0, 0]);
        routing.Plan.data<int>().ToArray().ShouldBe([0, 3, 0, 1, 3, 0, 0, 1, 2, 4, 0]);
    }

    [Fact]
    public void Largest_TakesTheFirstOfEquals() => KernelTwins.Largest([1, 7, 3, 7, 3], 3).ShouldBe([1, 3, 2]);

    [Fact]
    public void Difference_IsAShareOfTheLargest() =>
        CheckData.Difference(torch.tensor(new float[] { 1, 4.5f }), torch.tensor(new float[] { 1, 5 })).ShouldBe(0.1, 1e-6);

    [Fact]
    public void Difference_OfWhatIsNoNumberIsNone() =>
        double.IsNaN(CheckData.Difference(torch.tensor(new float[] { float.NaN, 5 }), torch.tensor(new float[] { 1, 5 }))).ShouldBeTrue();
}

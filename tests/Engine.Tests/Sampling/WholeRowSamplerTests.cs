using CsCheck;
using LmDeploy.Engine.Sampling;

namespace LmDeploy.Engine.Tests.Sampling;

public sealed class WholeRowSamplerTests
{
    private readonly WholeRowSampler _sampler = new();

    /// <summary>Few different values, so that many logits are equal, or many, or some that are impossible.</summary>
    private static readonly Gen<float[]> _rows = Gen.OneOf(
        Gen.Float[-20, 20].Array[1, 600],
        Gen.Int[-3, 3].Select(value => (float)value).Array[1, 600],
        Gen.Int[-2, 5].Select(value => value < 0 ? float.NegativeInfinity : value * 1e-3f).Array[1, 600]);

    private static readonly Gen<double> _topP = Gen.OneOf(Gen.Const(1.0), Gen.Const(0.95), Gen.Const(0.5), Gen.Const(0.01), Gen.Const(0.0));
    private static readonly Gen<double> _minP = Gen.OneOf(Gen.Const(0.0), Gen.Const(0.02), Gen.Const(0.3), Gen.Const(1.0));

    [Fact]
    public void Draw_IsThatFromTheSortedRow() => Gen.Select(
        _rows, Gen.Double[0.05, 2], Gen.OneOf(Gen.Const(0), Gen.Int[1, 700]), _topP, _minP, Gen.ULong).Sample(
        (logits, temperature, topK, topP, minP, seed) =>
        {
            if (Array.TrueForAll(logits, float.IsNegativeInfinity))
            {
                return;
            }

            var row = new SamplingRow(
                new SamplingParameters { DoSample = true, Temperature = temperature, TopK = topK, TopP = topP, MinP = minP, Seed = seed }, [], 0);
            int[] ids = [.. Enumerable.Range(0, logits.Length).OrderByDescending(id => logits[id]).ThenBy(id => id).Take(topK == 0 ? logits.Length : topK)];
            float[] sorted = [.. ids.Select(id => logits[id])];

            new WholeRowSampler().Draw(logits, row).ShouldBe(ids[TokenSampler.DrawPlace(sorted, row)]); // One of its own: samples are drawn by several threads.
        },
        iter: 3000);

    [Fact]
    public void Draw_OfAWholeVocabulary_FollowsTheProbabilities()
    {
        const int vocabulary = 100_000;
        const int draws = 4000;
        var logits = new float[vocabulary];
        logits[70_000] = (float)Math.Log(vocabulary); // As probable as all others together.
        var hits = Enumerable.Range(0, draws).Count(position => _sampler.Draw(
            logits, new SamplingRow(new SamplingParameters { DoSample = true, Temperature = 1, TopK = 0, Seed = 3 }, [], 0) { Position = position }) == 70_000);

        ((double)hits / draws).ShouldBe(0.5, 0.04);
    }

    [Fact]
    public void Zeros_AreOneValue()
    {
        // In the order of ids: the negative zero is as large as the positive one.
        float[] logits = [-1, -0f, 0f];
        var ids = Enumerable.Range(0, 200).Select(seed => _sampler.Draw(
            logits, new SamplingRow(new SamplingParameters { DoSample = true, Temperature = 1, TopK = 1, Seed = (ulong)seed }, [], 0)));
        ids.Distinct().ShouldBe([1]);
    }
}

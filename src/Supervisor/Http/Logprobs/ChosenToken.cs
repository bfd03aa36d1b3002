using LmDeploy.V1;

namespace LmDeploy.Supervisor.Http.Logprobs;

/// <summary>A token of an answer with what could have stood in its place.</summary>
/// <param name="Id">The token's id.</param>
/// <param name="Candidates">As the worker told them: as many of the most probable ones as were asked for, most probable first, and the token itself.</param>
internal readonly record struct ChosenToken(int Id, TokenLogprobs Candidates)
{
    /// <summary>What stands for minus infinity, which JSON cannot say; vLLM's number.</summary>
    public const float Least = -9999;

    /// <summary>Its log-probability, natural logarithm.</summary>
    public float Logprob => Math.Max(Candidates.Logprobs[Candidates.Ids.IndexOf(Id)], Least);

    public IEnumerable<int> AllIds => Candidates.Ids;

    public static IEnumerable<ChosenToken> Of(GenerationDelta delta) => delta.TokenIds.Zip(delta.Logprobs, (id, candidates) => new ChosenToken(id, candidates));

    /// <summary>The most probable ones.</summary>
    /// <param name="count">How many were asked for.</param>
    public IEnumerable<(int Id, float Logprob)> Top(int count) => Candidates.Ids.Zip(Candidates.Logprobs, (id, logprob) => (id, Math.Max(logprob, Least))).Take(count);
}

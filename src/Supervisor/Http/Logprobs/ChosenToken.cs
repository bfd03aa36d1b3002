using LmDeploy.V1;

namespace LmDeploy.Supervisor.Http.Logprobs;

/// <summary>A token of an answer with what could have stood in its place.</summary>
/// <param name="Token">The token itself.</param>
/// <param name="Others">As many of the most probable ones as were asked for, most probable first; the token itself among them or after them.</param>
internal readonly record struct ChosenToken(Candidate Token, IReadOnlyList<Candidate> Others)
{
    /// <summary>The tokens of a delta whose log-probabilities were asked for, with their bytes.</summary>
    public static IEnumerable<ChosenToken> Of(GenerationDelta delta) => delta.TokenIds.Zip(delta.Logprobs, Of);

    /// <summary>The candidates of one place.</summary>
    public static IReadOnlyList<Candidate> CandidatesOf(TokenLogprobs place) => [.. place.Bytes.Zip(place.Logprobs, Candidate.Of)];

    private static ChosenToken Of(int id, TokenLogprobs place)
    {
        var candidates = CandidatesOf(place);
        return new ChosenToken(candidates[place.Ids.IndexOf(id)], candidates);
    }
}

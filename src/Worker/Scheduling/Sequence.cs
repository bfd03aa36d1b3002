using LmDeploy.Worker.Cache;
using LmDeploy.Worker.Steps;

namespace LmDeploy.Worker.Scheduling;

/// <summary>A request that runs: its tokens so far and how many of them are in the cache. The engine's thread owns it.</summary>
internal sealed class Sequence(EngineRequest request, BlockTable blocks)
{
    private readonly List<int> _tokens = [.. request.PromptIds, .. request.ResumedIds];

    public EngineRequest Request => request;

    public BlockTable Blocks => blocks;

    /// <summary>Prompt and generated tokens.</summary>
    public IReadOnlyList<int> Tokens => _tokens;

    /// <summary>How many of the tokens have their keys and values in the cache.</summary>
    public int Computed { get; private set; }

    public int Generated => _tokens.Count - request.PromptIds.Length;

    public bool IsPrefilled => Computed >= request.PromptIds.Length + request.ResumedIds.Length;

    /// <summary>Log-probabilities of prompt tokens, as far as they are computed.</summary>
    public List<float> PromptLogprobs { get; } = [];

    /// <summary>The next tokens to compute, at most so many.</summary>
    public StepSlice Next(int mostTokens)
    {
        var count = Math.Min(mostTokens, _tokens.Count - Computed);
        return new StepSlice
        {
            Blocks = blocks,
            Tokens = _tokens.GetRange(Computed, count).ToArray(),
            FirstPosition = Computed,
            RopeLength = _tokens.Count,
        };
    }

    /// <summary>Notes that a slice of <see cref="Next"/> was computed.</summary>
    public void Advance(StepSlice slice) => Computed = slice.Length;

    public void Append(int token) => _tokens.Add(token);
}

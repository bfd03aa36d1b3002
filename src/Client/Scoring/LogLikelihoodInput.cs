using LmDeploy.Collections;
using LmDeploy.Validation;

namespace LmDeploy;

/// <summary>Continuations of one prompt, to be scored against each other.</summary>
public sealed record LogLikelihoodInput
{
    /// <summary>Makes an input.</summary>
    /// <param name="prompt">What comes before. One without text stands for the token that texts begin with.</param>
    /// <param name="continuations">What may follow; each has at least one token.</param>
    public LogLikelihoodInput(Prompt prompt, IReadOnlyList<Continuation> continuations)
    {
        Prompt = Ensure.NotNull(prompt, nameof(prompt));
        Continuations = Values.Of(continuations, nameof(continuations));
    }

    /// <summary>What comes before. One without text stands for the token that texts begin with.</summary>
    public Prompt Prompt { get; init => field = Ensure.NotNull(value); }

    /// <summary>What may follow; each has at least one token.</summary>
    public IReadOnlyList<Continuation> Continuations { get; init => field = Values.Of(value); }
}

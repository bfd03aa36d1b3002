using LmDeploy.Text.Errors;
using LmDeploy.V1;

namespace LmDeploy.Models.Specs;

/// <summary>Decides how long a sequence may become.</summary>
internal static class ContextLength
{
    /// <param name="asked">The setting <c>session_len</c>, in tokens; null for the model's own.</param>
    /// <param name="mayBeLonger">The setting <c>allow_long_session_len</c>.</param>
    /// <returns>In tokens.</returns>
    /// <exception cref="EngineException"><see cref="ErrorCodes.InvalidConfig"/>: the model was not made for so many.</exception>
    public static int Choose(DecoderSpec spec, int? asked, bool mayBeLonger)
    {
        if (asked > spec.LearnedPositions)
        {
            throw new EngineException(
                ErrorCodes.InvalidConfig,
                $"session_len must be at most {spec.LearnedPositions}, as many positions as the model has learned, got {asked}.",
                "session_len");
        }

        return asked > spec.LongestContext && !mayBeLonger
            ? throw new EngineException(
                ErrorCodes.InvalidConfig,
                $"session_len must be at most {spec.LongestContext}, which config.json says the model was made for, its rope scaling included, got {asked}; "
                + "answers beyond that are seldom of use. Set allow_long_session_len to load it all the same.",
                "session_len")
            : asked ?? spec.LongestContext;
    }
}

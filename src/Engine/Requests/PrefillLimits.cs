using LmDeploy.Text.Errors;
using LmDeploy.V1;

namespace LmDeploy.Engine.Requests;

/// <summary>Length limits of a prompt that is only prefilled.</summary>
internal static class PrefillLimits
{
    /// <exception cref="EngineException"><see cref="ErrorCodes.InvalidRequest"/> for no tokens, <see cref="ErrorCodes.ContextLengthExceeded"/> for too
    /// many.</exception>
    public static void Check(int length, int sessionLen)
    {
        if (length == 0)
        {
            throw new EngineException(ErrorCodes.InvalidRequest, "The prompt is empty: it has no tokens.", "prompt");
        }

        if (length > sessionLen)
        {
            throw new EngineException(ErrorCodes.ContextLengthExceeded, $"Input length ({length}) must be at most the model context length ({sessionLen}).");
        }
    }
}

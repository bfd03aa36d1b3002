using LmDeploy.V1;
using LmDeploy.Text.Errors;

namespace LmDeploy.Text.Guided;

/// <summary>The failures of this namespace: a response format that cannot be kept to.</summary>
internal static class GuideErrors
{
    public const string Subject = "response_format";

    /// <param name="problem">What is wrong and where, without a full stop.</param>
    public static EngineException Refuse(string problem, Exception? innerException = null) =>
        new(ErrorCodes.InvalidRequest, $"{Subject}: {problem}.", Subject, innerException);
}

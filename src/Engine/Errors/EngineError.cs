using LmDeploy.Text.Errors;
using LmDeploy.V1;

namespace LmDeploy.Engine.Errors;

/// <summary>Typed errors as messages of the contract.</summary>
internal static class EngineError
{
    public static Error ToError(EngineException exception) =>
        new() { Code = exception.Code, Message = exception.Message, Subject = exception.Subject };
}

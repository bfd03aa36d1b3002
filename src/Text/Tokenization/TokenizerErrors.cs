using LmDeploy.V1;
using LmDeploy.Text.Errors;

namespace LmDeploy.Text.Tokenization;

/// <summary>The failures of this namespace: a tokenizer file that cannot be used, or a text that cannot be encoded.</summary>
internal static class TokenizerErrors
{
    /// <summary>A tokenizer file that is malformed or asks for something unsupported.</summary>
    public static EngineException InvalidFile(string file, string problem, Exception? innerException = null) =>
        new(ErrorCodes.InvalidTokenizer, $"{file}: {problem}", file, innerException);

    /// <summary>A tokenizer file that is there and cannot be read.</summary>
    public static EngineException Unreadable(string file, Exception cause) => InvalidFile(file, $"cannot be read: {cause.Message}", cause);

    /// <summary>A text of a request that has no tokens.</summary>
    public static EngineException InvalidText(string problem, Exception? innerException = null) =>
        new(ErrorCodes.InvalidRequest, problem, "text", innerException);
}

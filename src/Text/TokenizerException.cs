using System.Text.Json;
using LmDeploy.Text.Errors;

namespace LmDeploy.Text;

/// <summary>
/// A model folder has no tokenizer, or one of its tokenizer files cannot be read, is malformed or asks for something that
/// is not supported. The message names the file, the place in it and what would be right.
/// </summary>
/// <remarks>Texts that cannot be encoded are an <see cref="ArgumentException"/> instead.</remarks>
public sealed class TokenizerException : Exception
{
    internal TokenizerException(EngineException error)
        : base(error.Message, error.InnerException)
    {
        File = error.Subject;
        Line = JsonLine.Of(error.InnerException as JsonException);
    }

    /// <summary>The path of the file, in the folder as the caller named it.</summary>
    public string File { get; }

    /// <summary>
    /// The line at which the file stops being JSON, counted from 1; null for other errors. Those name the place in the JSON
    /// document instead, for example <c>model.merges</c>.
    /// </summary>
    public int? Line { get; }
}

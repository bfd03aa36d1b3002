using LmDeploy.Text.Templates;

namespace LmDeploy.Text;

/// <summary>
/// A chat template cannot be used: the model folder has none, a file cannot be read, or a template cannot be parsed. The
/// message names the file, the line and what is wrong.
/// </summary>
/// <remarks><see cref="TemplateRenderException"/>, which derives from it, is about one rendering.</remarks>
public class TemplateException : Exception
{
    private protected TemplateException(ModelTemplateException error, string? folder)
        : base(error.Message, error.InnerException)
    {
        File = folder is null ? null : Path.Combine(folder, error.Subject);
        Line = error.Line > 0 ? error.Line : null;
    }

    private TemplateException(string message, string file, int? line, Exception? innerException)
        : base(message, innerException)
    {
        File = file;
        Line = line;
    }

    /// <summary>
    /// The path of the file, in the folder as the caller named it; null for a template that did not come from a folder.
    /// </summary>
    public string? File { get; }

    /// <summary>
    /// The line of the template, counted from 1, or the line at which a file stops being JSON; null when the error is about
    /// the file as a whole. A template within a JSON file has lines of its own.
    /// </summary>
    public int? Line { get; }

    internal static TemplateException Of(ModelTemplateException error, string? folder) => new(error, folder);

    /// <summary>For a folder without a template.</summary>
    internal static TemplateException Missing(string folder)
    {
        var file = Path.Combine(folder, ChatTemplateFiles.TemplateFile);
        return new TemplateException(
            $"{file}: the file does not exist, and neither chat_template.json nor tokenizer_config.json has a \"chat_template\"; "
            + $"a model without a template takes text, or a template by {nameof(ChatTemplate)}.{nameof(ChatTemplate.Parse)}",
            file,
            line: null,
            innerException: null);
    }

    /// <summary>For special tokens that cannot be read.</summary>
    internal static TemplateException Of(TokenizerException error) => new(error.Message, error.File, error.Line, error.InnerException);
}

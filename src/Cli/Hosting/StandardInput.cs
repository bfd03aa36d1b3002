using System.Text;

namespace LmDeploy.Cli.Hosting;

/// <summary>What is piped into the command.</summary>
/// <param name="Open">Opens it.</param>
/// <param name="IsRedirected">Whether it is a pipe or a file, not a terminal.</param>
internal sealed record StandardInput(Func<Stream> Open, bool IsRedirected)
{
    private static readonly UTF8Encoding _strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    public static StandardInput OfProcess { get; } = new(Console.OpenStandardInput, Console.IsInputRedirected);

    /// <summary>All of it.</summary>
    public byte[] ReadBytes()
    {
        using var input = Open();
        using var all = new MemoryStream();
        input.CopyTo(all);
        return all.ToArray();
    }

    /// <summary>A prompt: all of it without the line break at its end.</summary>
    /// <exception cref="UsageException">It is empty, or no UTF-8.</exception>
    public string ReadPrompt()
    {
        try
        {
            var text = _strict.GetString(ReadBytes()).TrimStart('\ufeff');
            text = text.EndsWith("\r\n", StringComparison.Ordinal) ? text[..^2] : text.EndsWith('\n') ? text[..^1] : text;
            return text.Length > 0 ? text : throw new UsageException("run needs a PROMPT or --prompts FILE, and standard input is empty.");
        }
        catch (DecoderFallbackException e)
        {
            throw new UsageException("The prompt on standard input is not valid UTF-8.", e);
        }
    }
}

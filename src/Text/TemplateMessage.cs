using LmDeploy.Validation;

namespace LmDeploy.Text;

/// <summary>One message of a conversation, with text alone. Messages with tool calls or other parts are JSON. Immutable.</summary>
public sealed class TemplateMessage
{
    /// <summary>Makes a message.</summary>
    /// <param name="role">Who speaks, as the template knows it: usually <c>system</c>, <c>user</c>, <c>assistant</c> or <c>tool</c>.</param>
    /// <param name="content">What is said; may be empty.</param>
    /// <exception cref="ArgumentNullException"><paramref name="role"/> or <paramref name="content"/> is null.</exception>
    /// <exception cref="ArgumentException">The role is empty, or either is not valid UTF-16.</exception>
    public TemplateMessage(string role, string content)
    {
        ArgumentException.ThrowIfNullOrEmpty(role);
        ArgumentNullException.ThrowIfNull(content);
        Role = Valid(role, nameof(role));
        Content = Valid(content, nameof(content));
    }

    /// <summary>Who speaks.</summary>
    public string Role { get; }

    /// <summary>What is said.</summary>
    public string Content { get; }

    private static string Valid(string text, string parameter) =>
        Utf16.Problem($"'{parameter}'", text) is { } problem ? throw new ArgumentException(problem, parameter) : text;
}

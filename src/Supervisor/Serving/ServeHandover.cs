using System.Text.Json;
using LmDeploy.Supervisor.Errors;
using LmDeploy.V1;

namespace LmDeploy.Supervisor.Serving;

/// <summary>The file that <c>lmdeploy serve</c> hands its settings over in.</summary>
internal static class ServeHandover
{
    /// <summary>Reads it and removes it.</summary>
    /// <exception cref="SupervisorException">It is missing or no <see cref="ServeOptions"/>.</exception>
    public static ServeOptions Take(string path)
    {
        try
        {
            var text = File.ReadAllText(path);
            File.Delete(path); // First, so that what cannot be meant is not left there with the hashes of keys.
            return Parse(text);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw Unreadable(exception);
        }
    }

    /// <exception cref="SupervisorException">The text is no <see cref="ServeOptions"/>.</exception>
    public static ServeOptions Parse(string text)
    {
        try
        {
            return JsonSerializer.Deserialize(text, ServeJson.Default.ServeOptions) ?? throw new JsonException("It is null.");
        }
        catch (JsonException exception)
        {
            throw Unreadable(exception);
        }
    }

    private static SupervisorException Unreadable(Exception exception) =>
        new(ErrorCodes.InvalidRequest, $"The settings of serve cannot be read: {exception.Message}", "--serve");
}

using System.Globalization;
using LmDeploy.V1;

namespace LmDeploy.Hub;

/// <summary>
/// The options and the environment, read once for a call. https://huggingface.co/docs/huggingface_hub/package_reference/environment_variables
/// </summary>
/// <param name="ModelFolders">Folders of models that somebody laid out by hand: <c>LMDEPLOY_MODELS</c>, separated as in PATH.</param>
/// <param name="ReadTimeout">How long a server may be silent.</param>
internal sealed record HubSettings(
    Uri Endpoint, string? Token, string CacheFolder, IReadOnlyList<string> ModelFolders, bool Offline, TimeSpan ReadTimeout, int Connections, TimeProvider Time)
{
    private const double DefaultReadSeconds = 30;

    public static HubSettings Read(HubOptions? options, Func<string, string?>? environment = null)
    {
        options ??= new HubOptions();
        var read = environment ?? Environment.GetEnvironmentVariable;
        var home = Variable("HF_HOME")
            ?? Path.Join(Variable("XDG_CACHE_HOME") ?? Path.Join(Home(), ".cache"), "huggingface");
        var endpoint = options.Endpoint
            ?? (Uri.TryCreate(Variable("HF_ENDPOINT") ?? "https://huggingface.co", UriKind.Absolute, out var uri) && uri.Scheme is "https" or "http"
                ? uri
                : throw new HubException(
                    ErrorCodes.InvalidConfig, $"HF_ENDPOINT must be an http or https address, got '{Variable("HF_ENDPOINT")}'.", "HF_ENDPOINT"));
        return new HubSettings(
            endpoint,
            options.Token is { } token
                ? (token.Length > 0 ? token : null)
                : Variable("HF_TOKEN") ?? Variable("HUGGING_FACE_HUB_TOKEN") ?? FromFile(Variable("HF_TOKEN_PATH") ?? Path.Join(home, "token")),
            Full(options.CacheFolder ?? Variable("HF_HUB_CACHE") ?? Variable("HUGGINGFACE_HUB_CACHE") ?? Path.Join(home, "hub")),
            [.. (Variable("LMDEPLOY_MODELS") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries).Select(Full)],
            options.Offline ?? (IsSet("HF_HUB_OFFLINE") || IsSet("TRANSFORMERS_OFFLINE")),
            TimeSpan.FromSeconds(Seconds("HF_HUB_DOWNLOAD_TIMEOUT", DefaultReadSeconds)),
            options.Connections,
            options.TimeProvider);

        string? Variable(string name) => read(name) is { } value && value.Trim() is { Length: > 0 } text ? text : null;

        bool IsSet(string name) => Variable(name)?.ToUpperInvariant() is "1" or "ON" or "YES" or "TRUE";

        double Seconds(string name, double fallback) => Variable(name) is not { } text ? fallback
            : double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var seconds) && seconds is > 0 and <= 86_400
                ? seconds
                : throw new HubException(ErrorCodes.InvalidConfig, $"{name} must be seconds, more than 0 and at most 86400, got '{text}'.", name);

        string Home() => Variable("HOME") ?? Environment.GetFolderPath(Environment.SpecialFolder.UserProfile) switch
        {
            "" => Path.GetTempPath(),
            var folder => folder,
        };

        string Full(string path) => Path.GetFullPath(path == "~" || path.StartsWith("~/", StringComparison.Ordinal) ? Home() + path[1..] : path);
    }

    private static string? FromFile(string path)
    {
        try
        {
            return File.ReadAllText(path).Trim() is { Length: > 0 } token ? token : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null; // Nobody logged in.
        }
    }
}

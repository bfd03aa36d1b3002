using LmDeploy.Supervisor.Http.Errors;
using LmDeploy.Supervisor.Http.Json;

namespace LmDeploy.Supervisor.Http;

/// <summary>Whether an answer comes in pieces.</summary>
/// <param name="IsOn">Whether it does.</param>
/// <param name="IncludesUsage">Whether a last piece counts the tokens.</param>
internal readonly record struct StreamFields(bool IsOn, bool IncludesUsage)
{
    public static StreamFields Read(BodyFields fields)
    {
        var isOn = fields.Flag("stream") ?? false;
        var options = fields.Object("stream_options");
        return options is not null && !isOn
            ? throw ApiException.Invalid("stream_options needs stream to be true.", "stream_options")
            : new StreamFields(isOn, options?.Flag("include_usage") ?? false);
    }
}

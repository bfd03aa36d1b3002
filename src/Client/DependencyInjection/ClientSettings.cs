using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace LmDeploy.DependencyInjection;

/// <summary>The section <c>LmDeploy</c>, where there is a configuration, and the validation of the settings, also of those that code made.</summary>
internal sealed class ClientSettings(IEnumerable<HostedPipeline> pipelines, IConfiguration? configuration = null)
    : IConfigureOptions<LmDeployClientOptions>, IValidateOptions<LmDeployClientOptions>
{
    private readonly IConfigurationSection? _section = configuration?.GetSection(SettingsSection.Root);

    public void Configure(LmDeployClientOptions options)
    {
        if (_section is not null)
        {
            SettingsSection.Apply(_section, options, SettingsSection.Pipelines);
        }
    }

    public ValidateOptionsResult Validate(string? name, LmDeployClientOptions options)
    {
        List<string> errors =
        [
            .. _section is null ? [] : SettingsSection.Apply(_section, new LmDeployClientOptions(), SettingsSection.Pipelines),
            .. UnknownPipelines(),
        ];
        if (options.LoadsAtOnce is < 1 or > 64)
        {
            errors.Add($"{SettingsSection.Root}:{nameof(options.LoadsAtOnce)} must be 1 to 64, got {options.LoadsAtOnce}.");
        }

        string[] places =
        [
            .. options.SocketPath is null ? (string[])[] : [nameof(options.SocketPath)],
            .. options.Private is null ? (string[])[] : [nameof(options.Private)],
            .. options.Server is null ? (string[])[] : [nameof(options.Server)],
        ];
        if (places.Length > 1)
        {
            errors.Add($"{string.Join(" and ", places.Select(place => $"{SettingsSection.Root}:{place}"))} exclude each other.");
        }

        if (options.Server is { } server && server is not { IsAbsoluteUri: true, Scheme: "https" })
        {
            errors.Add($"{SettingsSection.Root}:{nameof(options.Server)} must begin with https://, got {server}.");
        }

        return errors.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(errors);
    }

    private IEnumerable<string> UnknownPipelines()
    {
        var names = pipelines.Select(pipeline => pipeline.Name).ToHashSet(StringComparer.OrdinalIgnoreCase);
        return from child in _section?.GetSection(SettingsSection.Pipelines).GetChildren() ?? []
               where !names.Contains(child.Key)
               select $"{child.Path} is no pipeline that was added; there are {(names.Count == 0 ? "none" : string.Join(", ", names))}.";
    }
}

using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace LmDeploy.DependencyInjection;

/// <summary>The section <c>LmDeploy:Pipelines:NAME</c>, where there is a configuration, and the validation of all settings.</summary>
internal sealed class PipelineSettings(IConfiguration? configuration = null)
    : IConfigureNamedOptions<LmDeployPipelineOptions>, IValidateOptions<LmDeployPipelineOptions>
{
    public void Configure(LmDeployPipelineOptions options) => Configure(Options.DefaultName, options);

    public void Configure(string? name, LmDeployPipelineOptions options)
    {
        if (Section(name) is { } section)
        {
            SettingsSection.Apply(section, options);
        }
    }

    public ValidateOptionsResult Validate(string? name, LmDeployPipelineOptions options)
    {
        List<string> errors = [.. Section(name) is { } section ? SettingsSection.Apply(section, new LmDeployPipelineOptions()) : []];
        if (string.IsNullOrWhiteSpace(options.Model))
        {
            errors.Add($"{Path(name)}:{nameof(options.Model)} is missing: the path of a model folder.");
        }

        return errors.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(errors);
    }

    private static string Path(string? name) => $"{SettingsSection.Root}:{SettingsSection.Pipelines}:{name}";

    private IConfigurationSection? Section(string? name) => configuration?.GetSection(Path(name));
}

using LmDeploy.DependencyInjection;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace LmDeploy;

/// <summary>Adds pipelines to a host, after <see cref="LmDeployClientServiceCollectionExtensions.AddLmDeployClient"/>. Not thread-safe.</summary>
public sealed class LmDeployClientBuilder
{
    internal LmDeployClientBuilder(IServiceCollection services) => Services = services;

    /// <summary>The services of the host.</summary>
    public IServiceCollection Services { get; }

    /// <summary>
    /// Adds a pipeline, and under its name as their key a <see cref="Pipeline"/>, an <see cref="IChatClient"/> and an
    /// <see cref="IEmbeddingGenerator{TInput, TEmbedding}"/>
    /// of texts. The host loads it while it starts and closes it when it has stopped, so nobody else should; a model that cannot be loaded fails the start with
    /// the error of
    /// <see cref="Pipeline.CreateAsync"/>. The chat client and the generator can be had before that and used after it; a <see cref="Pipeline"/> that is asked
    /// for earlier throws
    /// <see cref="InvalidOperationException"/>. Adding a name again adds to its settings.
    /// </summary>
    /// <param name="name">Its key, its name in listings and its part of the configuration: <c>LmDeploy:Pipelines:NAME</c>.</param>
    /// <param name="configure">Comes after the configuration, and so before it where they differ. Default: null, the configuration says it all.</param>
    public LmDeployClientBuilder AddPipeline(string name, Action<LmDeployPipelineOptions>? configure = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        if (name.Contains(ConfigurationPath.KeyDelimiter, StringComparison.Ordinal))
        {
            throw new ArgumentException($"The name of a pipeline must not have \"{ConfigurationPath.KeyDelimiter}\" in it, got \"{name}\".", nameof(name));
        }

        if (!Services.Any(service => service.ServiceType == typeof(HostedPipeline) && service.IsKeyedService && name.Equals(service.ServiceKey)))
        {
            Services.AddKeyedSingleton(
                name,
                (services, _) => new HostedPipeline(name, services, services.GetService<ILogger<HostedPipeline>>() ?? NullLogger<HostedPipeline>.Instance));
            Services.AddSingleton(services => services.GetRequiredKeyedService<HostedPipeline>(name));
            Services.AddKeyedSingleton(
                name, (services, _) => services.GetRequiredKeyedService<HostedPipeline>(name).GetAsync(CancellationToken.None).GetAwaiter().GetResult());
            Services.TryAddKeyedSingleton<IChatClient>(name, (services, _) => new HostedChatClient(services.GetRequiredKeyedService<HostedPipeline>(name)));
            Services.TryAddKeyedSingleton<IEmbeddingGenerator<string, Embedding<float>>>(name, (services, _) => new HostedEmbeddingGenerator(
                services.GetRequiredKeyedService<HostedPipeline>(name), services.GetRequiredService<IOptionsMonitor<LmDeployPipelineOptions>>()));
            Services.AddOptions<LmDeployPipelineOptions>(name).ValidateOnStart();
        }

        if (configure is not null)
        {
            Services.Configure(name, configure);
        }

        return this;
    }

    /// <summary>Adds every pipeline that has a section in the configuration, <c>LmDeploy:Pipelines</c>, as <see cref="AddPipeline"/> does.</summary>
    /// <param name="configuration">The host's configuration.</param>
    public LmDeployClientBuilder AddPipelines(IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        foreach (var section in configuration.GetSection(SettingsSection.Root).GetSection(SettingsSection.Pipelines).GetChildren())
        {
            AddPipeline(section.Key);
        }

        return this;
    }
}

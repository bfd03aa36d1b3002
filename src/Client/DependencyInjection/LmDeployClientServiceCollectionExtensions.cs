using LmDeploy;
using LmDeploy.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>LmDeploy in a host.</summary>
public static class LmDeployClientServiceCollectionExtensions
{
    /// <summary>
    /// Adds a <see cref="Supervisor"/> and, through what this returns, pipelines. The supervisor is the shared one of this user unless the options say
    /// otherwise; the container disposes it, which ends a private one, ends the connection to one at a socket path or on another host, and leaves the shared
    /// one as it is. The settings come from the section <c>LmDeploy</c> of the configuration, where there is one, and are checked when the host starts. Doing
    /// it again adds to the settings.
    /// </summary>
    /// <param name="services">The services of the host.</param>
    /// <param name="configure">Comes after the configuration, and so before it where they differ. Default: null, the configuration or the defaults.</param>
    public static LmDeployClientBuilder AddLmDeployClient(this IServiceCollection services, Action<LmDeployClientOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        services.AddOptions<LmDeployClientOptions>().ValidateOnStart();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IConfigureOptions<LmDeployClientOptions>, ClientSettings>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<LmDeployClientOptions>, ClientSettings>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IConfigureOptions<LmDeployPipelineOptions>, PipelineSettings>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<LmDeployPipelineOptions>, PipelineSettings>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IHostedService, PipelineLifetime>());
        services.TryAddSingleton(provider => Connect(provider.GetRequiredService<IOptions<LmDeployClientOptions>>().Value));
        if (configure is not null)
        {
            services.Configure(configure);
        }

        return new LmDeployClientBuilder(services);
    }

    private static Supervisor Connect(LmDeployClientOptions options)
        => options.Server is { } server ? Supervisor.Connect(server, options.Remote)
        : options.SocketPath is { } path ? Supervisor.At(path)
        : options.Private is { } own ? Supervisor.StartPrivate(own)
        : Supervisor.Shared;
}

using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace LmDeploy.Supervisor.Connections;

/// <summary>Puts a server's connections under a <see cref="ConnectionTable"/>, which its services have.</summary>
internal static class ConnectionServices
{
    public static IServiceCollection AddBoundedTransport(this IServiceCollection services) => services.AddSingleton<IConnectionListenerFactory, BoundedTransport>();

    /// <summary>First of a listener's middleware, before TLS.</summary>
    public static void UseConnectionTable(this ListenOptions listen)
    {
        var table = listen.ApplicationServices.GetRequiredService<ConnectionTable>();
        listen.Use(next => context => table.RunAsync(context, next));
    }
}

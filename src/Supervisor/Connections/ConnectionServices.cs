using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace LmDeploy.Supervisor.Connections;

/// <summary>Bounds a server's connections by the <see cref="ConnectionTable"/> in its services.</summary>
internal static class ConnectionServices
{
    public static IServiceCollection AddBoundedTransport(this IServiceCollection services) =>
        services.AddSingleton<IConnectionListenerFactory, BoundedTransport>();

    /// <summary>First of a listener's middleware, before TLS.</summary>
    public static void UseConnectionTable(this ListenOptions listen)
    {
        var table = listen.ApplicationServices.GetRequiredService<ConnectionTable>();
        listen.Use(next => context => table.RunAsync(context, next));
    }
}

namespace LmDeploy.Supervisor.Requests;

/// <summary>Registers what hands requests on to workers.</summary>
internal static class RequestServices
{
    public static IServiceCollection AddRequests(this IServiceCollection services) => services
        .AddSingleton<CallFailures>()
        .AddSingleton<RequestProxy>();
}

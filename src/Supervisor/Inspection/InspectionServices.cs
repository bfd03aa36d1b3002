namespace LmDeploy.Supervisor.Inspection;

/// <summary>Registers what looks at this host and at model folders without loading anything.</summary>
internal static class InspectionServices
{
    public static IServiceCollection AddInspection(this IServiceCollection services) => services
        .AddSingleton<BareWorker>()
        .AddSingleton<EnvironmentChecker>()
        .AddSingleton<ModelInspector>();
}

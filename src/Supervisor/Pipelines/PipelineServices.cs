using LmDeploy.Supervisor.Admission;
using LmDeploy.Supervisor.Lifecycle;
using LmDeploy.Supervisor.Receipts;

namespace LmDeploy.Supervisor.Pipelines;

/// <summary>Registers pipelines: what starts and ends them, and what finds them.</summary>
internal static class PipelineServices
{
    public static IServiceCollection AddPipelines(this IServiceCollection services) => services
        .AddSingleton<Reclaimer>()
        .AddSingleton<ReceiptHistory>()
        .AddSingleton<PipelineStarter>()
        .AddSingleton<PipelineRegistry>()
        .AddSingleton<PipelineKeeper>()
        .AddSingleton<NamedPipelines>()

        // Admission unloads what the named pipelines say is idle, and they themselves stand on admission.
        .AddSingleton(provider => new Lazy<IEvictor>(provider.GetRequiredService<NamedPipelines>))
        .AddSingleton<PipelineDirectory>()
        .AddSingleton<PipelineOverview>();
}

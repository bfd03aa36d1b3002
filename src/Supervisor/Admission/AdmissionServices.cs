using LmDeploy.Supervisor.Gpu;
using LmDeploy.Supervisor.Reads;
using LmDeploy.Supervisor.Workers;

namespace LmDeploy.Supervisor.Admission;

/// <summary>Registers admission, except the <see cref="IEvictor"/>, which a higher layer provides.</summary>
internal static class AdmissionServices
{
    public static IServiceCollection AddAdmission(this IServiceCollection services) => services
        .AddSingleton(_ => new HostMemory())
        .AddSingleton<HostPool>()
        .AddSingleton(provider => new GpuPool(
            provider.GetRequiredService<IGpuMonitor>(),
            Environment.GetEnvironmentVariable("CUDA_VISIBLE_DEVICES"),
            provider.GetRequiredService<TimeProvider>()))
        .AddSingleton(provider => new DeviceLedgers(
            DeviceLedgers.DefaultFolder,
            provider.GetRequiredService<ProcessTable>(),
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILogger<DeviceLedgers>>()))
        .AddSingleton(provider => new PeakStore(PeakStore.DefaultPath, provider.GetRequiredService<ILogger<PeakStore>>()))
        .AddSingleton<IModelReader, ModelReader>()
        .AddSingleton<MemoryEstimator>()
        .AddSingleton<OwnerMemory>()
        .AddSingleton<BlockingReads>()
        .AddSingleton<FolderReads>()
        .AddSingleton<IAdmission, AdmissionControl>();
}

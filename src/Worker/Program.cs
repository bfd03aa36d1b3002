using LmDeploy.Worker.Hosting;

const int BadUsage = 2;

if (WorkerOptions.Parse(args) is not { } options)
{
    await Console.Error.WriteLineAsync(WorkerOptions.Usage);
    return BadUsage;
}

if (options.SelfTestLibTorch.Length > 0)
{
    return LibTorchProbe.Run(options.SelfTestLibTorch);
}

if (options.SelfTestKernels.Length > 0)
{
    return KernelProbe.Run(options.SelfTestKernels);
}

await WorkerHost.RunAsync(options);
return 0;

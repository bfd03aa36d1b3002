namespace LmDeploy.Engine.WeightUpload;

/// <summary>Memory that bytes of files are copied to. Thread-safe.</summary>
internal interface ICopyDevice
{
    /// <summary>Waits until no earlier work of the calling thread uses memory that was allocated since.</summary>
    void AwaitMemory();

    /// <summary>Opens a copy lane to the device for the calling thread.</summary>
    ICopyLane OpenLane();
}

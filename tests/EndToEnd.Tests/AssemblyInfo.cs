using System.Diagnostics.CodeAnalysis;
using System.Runtime.Versioning;

// Tests count processes, descriptors and memory, and two cores are few.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
[assembly: SupportedOSPlatform("linux")]
[assembly: SuppressMessage("Globalization", "CA1305", Justification = "Invariant globalization: there is one culture.")]

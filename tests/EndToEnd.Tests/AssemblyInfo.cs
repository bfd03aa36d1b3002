using System.Diagnostics.CodeAnalysis;
using System.Runtime.Versioning;
using Xunit.Sdk;
using Xunit.v3;

// Tests count processes, descriptors and memory, and two cores are few.
[assembly: Parallelization(Mode = ParallelMode.None)]
[assembly: SupportedOSPlatform("linux")]
[assembly: SuppressMessage("Globalization", "CA1305", Justification = "Invariant globalization: there is one culture.")]

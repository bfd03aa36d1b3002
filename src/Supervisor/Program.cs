Console.WriteLine("lmdeploy-supervisor");

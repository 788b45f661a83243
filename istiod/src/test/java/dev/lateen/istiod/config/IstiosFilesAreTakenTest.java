package dev.lateen.istiod.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.lateen.api.yaml.Problem;
import dev.lateen.api.yaml.Reading;
import dev.lateen.api.yaml.ResourceReader;
import dev.lateen.istiod.input.LastGood;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Each of Istio's own files that holds Kubernetes resources comes into force beside Bookinfo, whatever else is there or not. */
class IstiosFilesAreTakenTest {
    private static final Path SHARED = Path.of(System.getProperty("lateen.shared", "../shared"), "istio");

    private static Reading read(Path file) {
        try {
            return new ResourceReader().read(file.toString(), Files.readString(file));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static List<Path> files() throws IOException {
        List<Path> all = new ArrayList<>();
        for (String folder : List.of("samples", "config", "valid", "benchmarks")) {
            try (Stream<Path> files = Files.walk(SHARED.resolve(folder))) {
                files.filter(f -> f.toString().endsWith(".yaml")).sorted().forEach(all::add);
            }
        }
        return all;
    }

    /** Values of templates, Istio's installer, a web API: no resources of a mesh. */
    private static boolean isForeign(Path file) throws IOException {
        String text = Files.readString(file);
        return text.contains("{{") || text.contains("kind: IstioOperator") || !text.contains("apiVersion:");
    }

    @Test
    void oneAfterTheOtherBesideBookinfo() throws IOException {
        assumeTrue(Files.isDirectory(SHARED));
        Path bookinfo = SHARED.resolve("samples/bookinfo/platform/kube/bookinfo.yaml");
        Map<String, Reading> base = Map.of(bookinfo.toString(), read(bookinfo));
        LastGood inForce = LastGood.first(base);
        int taken = 0;
        for (Path file : files()) {
            if (isForeign(file)) {
                continue;
            }
            Map<String, Reading> wanted = new LinkedHashMap<>(base);
            wanted.put(file.toString(), read(file));
            inForce = inForce.next(wanted);
            assertThat(inForce.problems())
                    .as(file.toString())
                    .noneMatch(Problem::isError)
                    .allSatisfy(problem -> assertThat(problem.resource()).isNotEmpty());
            assertThat(inForce.readings()).containsKey(file.toString());
            taken++;
        }
        assertThat(taken).isGreaterThan(160);
    }
}

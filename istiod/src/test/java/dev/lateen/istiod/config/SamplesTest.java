package dev.lateen.istiod.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.lateen.api.yaml.Problem;
import dev.lateen.istiod.input.ConfigObject;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Istio's own Bookinfo files, unchanged, as a user starts with them. */
class SamplesTest {
    private static final Path SAMPLES =
            Path.of(System.getProperty("lateen.shared", "../shared"), "istio/samples/bookinfo");

    @ParameterizedTest
    @ValueSource(
            strings = {
                "virtual-service-all-v1",
                "virtual-service-reviews-90-10",
                "virtual-service-reviews-jason-v2-v3",
                "virtual-service-ratings-test-delay",
                "virtual-service-ratings-test-abort",
                "virtual-service-reviews-v3"
            })
    void bookinfoIsAccepted(String routing) throws Exception {
        assumeTrue(Files.isDirectory(SAMPLES));
        Path networking = SAMPLES.resolve("networking");
        List<Problem> problems = new ArrayList<>();
        ConfigEvents events = new ConfigEvents() {
            @Override
            public void problems(List<Problem> found) {
                problems.addAll(found);
            }
        };
        List<Path> files = List.of(
                SAMPLES.resolve("platform/kube/bookinfo.yaml"),
                networking.resolve("bookinfo-gateway.yaml"),
                networking.resolve("destination-rule-all.yaml"),
                networking.resolve(routing + ".yaml"));
        DirectorySource source = DirectorySource.open(files, null, WatchTiming.USUAL, System::nanoTime);
        try (JoinedConfig config = JoinedConfig.open(List.of(source), ConfigTiming.USUAL, events, System::nanoTime)) {
            assertThat(problems).isEmpty();
            assertThat(config.current().sorted())
                    .filteredOn(object -> object instanceof ConfigObject.OfIstio)
                    .hasSizeGreaterThan(6);
        }
    }
}

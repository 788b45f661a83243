package dev.lateen.istiod.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.lateen.api.resource.ResourceKey;
import dev.lateen.api.yaml.Problem;
import dev.lateen.api.yaml.Reading;
import dev.lateen.api.yaml.ResourceReader;
import dev.lateen.istiod.input.ConfigInput;
import dev.lateen.istiod.input.ConfigJoin;
import dev.lateen.istiod.input.ObjectKey;
import dev.lateen.istiod.input.Offer;
import dev.lateen.istiod.input.Offers;
import dev.lateen.istiod.persistent.PersistentMap;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
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

    private static Offers offers(FileOffers file) {
        PersistentMap<ResourceKey, Offer> objects = PersistentMap.empty();
        for (Offer offer : file.objects().values()) {
            objects = objects.with(offer.key(), offer);
        }
        return new Offers(objects, null, file.problems());
    }

    @Test
    void oneAfterTheOtherBesideBookinfo() throws IOException {
        assumeTrue(Files.isDirectory(SHARED));
        Path bookinfo = SHARED.resolve("samples/bookinfo/platform/kube/bookinfo.yaml");
        FileOffers base = FileOffers.of(read(bookinfo), FileOffers.NOTHING);
        ConfigJoin join = new ConfigJoin(
                List.of(ConfigInput.LOCAL_CLUSTER, ConfigInput.LOCAL_CLUSTER),
                new ResourceReader().readMeshConfig("mesh", "").settings().orElseThrow());
        int taken = 0;
        for (Path file : files()) {
            if (isForeign(file)) {
                continue;
            }
            FileOffers wanted = FileOffers.of(read(file), FileOffers.NOTHING);
            ConfigJoin.Outcome outcome = join.join(List.of(offers(base), offers(wanted)));
            assertThat(outcome.problems())
                    .as(file.toString())
                    .noneMatch(Problem::isError)
                    .allSatisfy(problem -> assertThat(problem.resource()).isNotNull());
            assertThat(wanted.objects().keySet())
                    .as(file.toString())
                    .allSatisfy(key -> assertThat(
                                    outcome.input().objects().get(ObjectKey.of(ConfigInput.LOCAL_CLUSTER, key)))
                            .isNotNull());
            taken++;
        }
        assertThat(taken).isGreaterThan(160);
    }
}

package dev.lateen.istiod.input;

import dev.lateen.api.mesh.MeshConfig;
import dev.lateen.api.resource.ResourceKey;
import dev.lateen.api.yaml.Reading;
import dev.lateen.api.yaml.ResourceReader;
import dev.lateen.istiod.persistent.PersistentMap;
import java.util.List;

/** What sources say, from YAML, for tests. */
final class TestOffers {
    private static final ResourceReader READER = new ResourceReader();

    private TestOffers() {}

    static MeshConfig mesh(String yaml) {
        return READER.readMeshConfig("mesh.yaml", yaml).settings().orElseThrow();
    }

    /** A source whose every object is good. */
    static Offers of(String... texts) {
        PersistentMap<ResourceKey, Offer> objects = PersistentMap.empty();
        for (String text : texts) {
            Reading reading = READER.read("test.yaml", text);
            if (!reading.accepted()) {
                throw new IllegalArgumentException(reading.problems().toString());
            }
            for (ConfigObject object : KubernetesReader.objects(reading)) {
                objects = objects.with(object.key(), new Offer.Read(object, List.of()));
            }
        }
        return new Offers(objects, null, List.of());
    }

    /** A join of so many sources of one cluster. */
    static ConfigJoin join(int sources) {
        return new ConfigJoin(java.util.Collections.nCopies(sources, ConfigInput.LOCAL_CLUSTER), mesh("{}"));
    }
}

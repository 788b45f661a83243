package dev.lateen.istiod.discovery;

import com.google.protobuf.Any;
import com.google.protobuf.StringValue;
import dev.lateen.istiod.model.ProxyNode;
import dev.lateen.istiod.translate.Translation;
import dev.lateen.istiod.translate.resource.XdsResource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** A snapshot that says the same to every proxy: resources written down by a test. */
record FakeMesh(long version, Map<String, List<XdsResource>> byType) implements MeshView, Translation {

    static FakeMesh version(long version) {
        return new FakeMesh(version, Map.of());
    }

    /** The same snapshot with these resources of a type; each is {@code name} or {@code name=content}. */
    FakeMesh with(String typeUrl, String... resources) {
        List<XdsResource> list = new ArrayList<>();
        for (String resource : resources) {
            int equals = resource.indexOf('=');
            String name = equals < 0 ? resource : resource.substring(0, equals);
            String content = equals < 0 ? "1" : resource.substring(equals + 1);
            list.add(new XdsResource(name, content, Any.pack(StringValue.of(resource))));
        }
        Map<String, List<XdsResource>> all = new TreeMap<>(byType);
        all.put(typeUrl, List.copyOf(list));
        return new FakeMesh(version, all);
    }

    /** The next snapshot, with the same resources. */
    FakeMesh next() {
        return new FakeMesh(version + 1, byType);
    }

    @Override
    public Translation translate(ProxyNode node) {
        return this;
    }

    @Override
    public List<XdsResource> all(String typeUrl) {
        return byType.getOrDefault(typeUrl, List.of());
    }

    @Override
    public @Nullable XdsResource named(String typeUrl, String name) {
        return all(typeUrl).stream()
                .filter(r -> r.name().equals(name))
                .findFirst()
                .orElse(null);
    }
}

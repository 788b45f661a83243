package dev.lateen.istiod.translate;

import com.google.protobuf.ByteString;
import java.util.List;

/** Gives equal contents one object, so that whoever compares identities sees that nothing changed, from snapshot to snapshot. */
final class Interner {
    private final Generations<Content, XdsResource> resources = new Generations<>(100_000);
    private final Generations<Content, List<XdsResource>> lists = new Generations<>(10_000);

    private record Content(String type, String name, String version) {}

    XdsResource one(XdsResource resource) {
        return resources.get(
                new Content(resource.body().getTypeUrl(), resource.name(), resource.version()), () -> resource);
    }

    List<XdsResource> all(List<XdsResource> list) {
        StringBuilder versions = new StringBuilder(list.size() * 64);
        for (XdsResource resource : list) {
            versions.append(resource.name())
                    .append('\n')
                    .append(resource.version())
                    .append('\n');
        }
        String type = list.isEmpty() ? "" : list.getFirst().body().getTypeUrl();
        Content content = new Content(
                type, Integer.toString(list.size()), Protos.version(ByteString.copyFromUtf8(versions.toString())));
        return lists.get(content, () -> list.stream().map(this::one).toList());
    }
}

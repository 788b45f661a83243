package dev.lateen.proxy.xds;

import com.google.protobuf.ByteString;
import dev.lateen.proxy.xds.DiscoveryMessages.DeltaRequest;
import dev.lateen.proxy.xds.DiscoveryMessages.Response;
import dev.lateen.proxy.xds.DiscoveryMessages.WireResource;
import dev.lateen.proxy.xds.bootstrap.XdsNode;
import dev.lateen.proxy.xds.decode.Decoded;
import dev.lateen.proxy.xds.decode.ResourceType;
import dev.lateen.proxy.xds.snapshot.Outcome;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Incremental xDS: only what changed is sent, names are subscribed and unsubscribed, a new stream tells the versions it holds. */
final class DeltaProtocol implements DiscoveryProtocol {
    private static final ByteString NO_NODE = ByteString.EMPTY;

    private final ByteString node;
    private final Map<ResourceType, Subscription> subscriptions = new EnumMap<>(ResourceType.class);
    private boolean nodeSent;

    DeltaProtocol(XdsNode node) {
        this.node = DiscoveryMessages.node(node);
    }

    /** What is asked for and held of one type. */
    private static final class Subscription {
        Set<String> names = new LinkedHashSet<>();
        final Map<String, String> versions = new LinkedHashMap<>();
    }

    @Override
    public List<ByteString> open() {
        nodeSent = false;
        List<ByteString> requests = new ArrayList<>();
        subscriptions.forEach((type, subscription) -> {
            if (type.wildcard() || !subscription.names.isEmpty()) {
                requests.add(request(type, subscription.names, Set.of(), subscription.versions));
            }
        });
        return requests;
    }

    @Override
    public List<ByteString> subscribe(ResourceType type, Set<String> names) {
        boolean first = !subscriptions.containsKey(type);
        Subscription subscription = subscriptions.computeIfAbsent(type, _ -> new Subscription());
        Set<String> added = new LinkedHashSet<>(names);
        added.removeAll(subscription.names);
        Set<String> dropped = new LinkedHashSet<>(subscription.names);
        dropped.removeAll(names);
        subscription.names = new LinkedHashSet<>(names);
        subscription.versions.keySet().removeAll(dropped);
        boolean silent = added.isEmpty() && dropped.isEmpty() && !(first && type.wildcard());
        return silent ? List.of() : List.of(request(type, added, dropped, Map.of()));
    }

    private ByteString request(
            ResourceType type, Set<String> subscribe, Set<String> unsubscribe, Map<String, String> versions) {
        return DiscoveryMessages.delta(
                new DeltaRequest(nodeOnce(), type.typeUrl(), subscribe, unsubscribe, versions, "", null));
    }

    private ByteString nodeOnce() {
        ByteString first = nodeSent ? NO_NODE : node;
        nodeSent = true;
        return first;
    }

    @Override
    public Response read(ByteString message) {
        return DiscoveryMessages.readDelta(message);
    }

    @Override
    public Outcome handle(Response response, List<Decoded> decoded) {
        ResourceType type = ResourceType.ofUrl(response.typeUrl());
        Subscription subscription = type == null ? null : subscriptions.get(type);
        List<Decoded.Accepted> changed = new ArrayList<>();
        List<Decoded.Rejected> rejections = new ArrayList<>();
        for (int i = 0; i < decoded.size(); i++) {
            WireResource wire = response.resources().get(i);
            switch (decoded.get(i)) {
                case Decoded.Accepted accepted -> {
                    changed.add(accepted);
                    if (subscription != null) {
                        subscription.versions.put(wire.name(), wire.version());
                    }
                }
                case Decoded.Rejected rejected -> rejections.add(rejected);
            }
        }
        if (subscription == null) {
            rejections.add(new Decoded.Rejected("", "type " + response.typeUrl() + " was not asked for"));
        } else {
            response.removed().forEach(subscription.versions::remove);
        }
        Set<String> removed = DiscoveryProtocol.brokenSecrets(type, decoded);
        removed.addAll(response.removed());
        return new Outcome(
                subscription == null ? null : type,
                response.typeUrl(),
                changed,
                removed,
                rejections,
                response.version(),
                response.nonce());
    }

    @Override
    public ByteString answer(Outcome outcome, List<Decoded.Rejected> late) {
        Subscription subscription = outcome.type() == null ? null : subscriptions.get(outcome.type());
        if (subscription != null) {
            // What is not in force must come again on the next stream.
            late.forEach(rejected -> subscription.versions.remove(rejected.name()));
        }
        return DiscoveryMessages.delta(new DeltaRequest(
                nodeOnce(),
                outcome.typeUrl(),
                Set.of(),
                Set.of(),
                Map.of(),
                outcome.nonce(),
                DiscoveryProtocol.error(outcome.rejections(late))));
    }
}

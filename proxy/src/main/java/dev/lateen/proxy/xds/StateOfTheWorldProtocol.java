package dev.lateen.proxy.xds;

import com.google.protobuf.ByteString;
import dev.lateen.proxy.xds.DiscoveryMessages.Response;
import dev.lateen.proxy.xds.bootstrap.XdsNode;
import dev.lateen.proxy.xds.decode.Decoded;
import dev.lateen.proxy.xds.decode.ResourceType;
import dev.lateen.proxy.xds.snapshot.Outcome;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The older xDS: a response holds every resource of its type; a listener or cluster that is not in it is gone. */
final class StateOfTheWorldProtocol implements DiscoveryProtocol {
    private static final ByteString NO_NODE = ByteString.EMPTY;

    private final ByteString node;
    private final Map<ResourceType, Subscription> subscriptions = new EnumMap<>(ResourceType.class);
    private boolean nodeSent;

    StateOfTheWorldProtocol(XdsNode node) {
        this.node = DiscoveryMessages.node(node);
    }

    /** What is asked for and held of one type. */
    private static final class Subscription {
        Set<String> names = new LinkedHashSet<>();
        Set<String> held = new LinkedHashSet<>();
        String version = "";
        String nonce = "";
        /** Responses that were handled and are not answered yet. */
        int unanswered;
    }

    @Override
    public List<ByteString> open() {
        nodeSent = false;
        List<ByteString> requests = new ArrayList<>();
        subscriptions.forEach((type, subscription) -> {
            // Nonces belong to a stream, versions outlive it.
            subscription.nonce = "";
            subscription.unanswered = 0;
            if (type.wildcard() || !subscription.names.isEmpty()) {
                requests.add(request(type, subscription, List.of()));
            }
        });
        return requests;
    }

    @Override
    public List<ByteString> subscribe(ResourceType type, Set<String> names) {
        boolean first = !subscriptions.containsKey(type);
        Subscription subscription = subscriptions.computeIfAbsent(type, _ -> new Subscription());
        if (subscription.names.equals(names) && !(first && type.wildcard())) {
            return List.of();
        }
        boolean nothingAskedYet = subscription.names.isEmpty() && subscription.nonce.isEmpty();
        subscription.names = new LinkedHashSet<>(names);
        // Any message would count as the answer that is not known yet; the answer will tell the names.
        if (subscription.unanswered > 0) {
            return List.of();
        }
        // An empty list would mean all where nothing was asked for yet.
        if (!type.wildcard() && names.isEmpty() && nothingAskedYet) {
            return List.of();
        }
        return List.of(request(type, subscription, List.of()));
    }

    private ByteString request(ResourceType type, Subscription subscription, List<Decoded.Rejected> rejections) {
        ByteString first = nodeSent ? NO_NODE : node;
        nodeSent = true;
        return DiscoveryMessages.stateOfTheWorld(
                first,
                subscription.version,
                subscription.names,
                type.typeUrl(),
                subscription.nonce,
                DiscoveryProtocol.error(rejections));
    }

    @Override
    public Response read(ByteString message) {
        return DiscoveryMessages.readStateOfTheWorld(message);
    }

    @Override
    public Outcome handle(Response response, List<Decoded> decoded) {
        ResourceType type = ResourceType.ofUrl(response.typeUrl());
        Subscription subscription = type == null ? null : subscriptions.get(type);
        List<Decoded.Accepted> changed = new ArrayList<>();
        List<Decoded.Rejected> rejections = new ArrayList<>();
        Set<String> present = new LinkedHashSet<>();
        boolean nameless = false;
        for (Decoded resource : decoded) {
            present.add(resource.name());
            switch (resource) {
                case Decoded.Accepted accepted -> changed.add(accepted);
                case Decoded.Rejected rejected -> {
                    rejections.add(rejected);
                    nameless |= rejected.name().isEmpty();
                }
            }
        }
        if (type == null || subscription == null) {
            rejections.add(new Decoded.Rejected("", "type " + response.typeUrl() + " was not asked for"));
            return new Outcome(
                    null, response.typeUrl(), changed, Set.of(), rejections, response.version(), response.nonce());
        }
        // A resource too broken to have a name may be any of those that are held: then none is taken for gone.
        Set<String> removed = DiscoveryProtocol.brokenSecrets(type, decoded);
        if (type.wildcard() && !nameless) {
            removed.addAll(gone(subscription, present));
        }
        subscription.held.addAll(present);
        subscription.held.removeAll(removed);
        subscription.unanswered++;
        return new Outcome(
                type, response.typeUrl(), changed, removed, rejections, response.version(), response.nonce());
    }

    @Override
    public ByteString answer(Outcome outcome, List<Decoded.Rejected> late) {
        List<Decoded.Rejected> rejections = outcome.rejections(late);
        ResourceType type = outcome.type();
        Subscription subscription = type == null ? null : subscriptions.get(type);
        if (type == null || subscription == null) {
            return DiscoveryMessages.stateOfTheWorld(
                    NO_NODE, "", Set.of(), outcome.typeUrl(), outcome.nonce(), DiscoveryProtocol.error(rejections));
        }
        subscription.unanswered = Math.max(0, subscription.unanswered - 1);
        subscription.nonce = outcome.nonce();
        if (rejections.isEmpty()) {
            subscription.version = outcome.version();
        }
        return request(type, subscription, rejections);
    }

    private static Set<String> gone(Subscription subscription, Set<String> present) {
        Set<String> gone = new HashSet<>(subscription.held);
        gone.removeAll(present);
        return gone;
    }
}

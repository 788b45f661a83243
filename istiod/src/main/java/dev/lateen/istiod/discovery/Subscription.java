package dev.lateen.istiod.discovery;

import com.google.protobuf.Any;
import dev.lateen.api.xds.TypeUrls;
import dev.lateen.istiod.translate.Translation;
import dev.lateen.istiod.translate.resource.XdsResource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** What one proxy wants of one type, and what it was sent of it. Not thread-safe. */
final class Subscription {
    private static final String ALL = "*";
    /** So many names are looked up one by one; of more, the list of all is gone through, which all proxies share. */
    private static final int FEW = 16;

    private final String typeUrl;
    private boolean wildcard;
    private final Set<String> names = new LinkedHashSet<>();
    /** What the proxy has, by name. A resource it brought from an earlier stream has no body here until it is known to be current. */
    private final Map<String, XdsResource> sent = new HashMap<>();
    /** Wanted names of which the proxy knows that they don't exist. */
    private final Set<String> toldMissing = new HashSet<>();

    private final AckState acks = new AckState();
    private boolean started;
    /** The first message of a type is always answered, since clients wait for that. */
    private boolean owesAnswer = true;
    /** The list of which everything was sent; only what tells the next list from it needs a look. */
    private @Nullable List<XdsResource> settled;
    /** The translation of which everything was sent: nothing is left to do until there is another. */
    private @Nullable Translation done;

    private boolean holding;

    Subscription(String typeUrl) {
        this.typeUrl = typeUrl;
    }

    String typeUrl() {
        return typeUrl;
    }

    AckState acks() {
        return acks;
    }

    /** Whether something waits since the last {@link #advance} that the proxy should have. */
    boolean isHolding() {
        return holding;
    }

    /** Whether the proxy was ever sent something of this type. */
    boolean isServed() {
        return !owesAnswer;
    }

    /** Whether a state-of-the-world response must hold all resources, because a missing one counts as removed. */
    private boolean isWhole() {
        return typeUrl.equals(TypeUrls.CLUSTER) || typeUrl.equals(TypeUrls.LISTENER);
    }

    boolean wants(String name) {
        return wildcard || names.contains(name);
    }

    boolean has(String name) {
        return sent.containsKey(name);
    }

    int nameCount() {
        return names.size();
    }

    Collection<XdsResource> sent() {
        return sent.values();
    }

    List<String> wanted() {
        List<String> all = new ArrayList<>(names);
        if (wildcard) {
            all.addFirst(ALL);
        }
        return all;
    }

    TypeStatus status() {
        return acks.status(typeUrl, wildcard ? -1 : names.size(), sent.size());
    }

    /** Takes in what the client wants from now on. */
    void change(ClientRequest.Change change, boolean answersNothing) {
        if (started && !answersNothing && wishesTheSame(change)) {
            return;
        }
        switch (change) {
            case ClientRequest.Change.Whole whole -> replace(whole.names(), answersNothing);
            case ClientRequest.Change.Difference difference -> apply(difference);
        }
        started = true;
        unsettle();
    }

    private boolean wishesTheSame(ClientRequest.Change change) {
        return switch (change) {
            case ClientRequest.Change.Whole whole ->
                wildcard
                        ? names.isEmpty() && whole.names().isEmpty()
                        : whole.names().size() == names.size() && names.equals(new HashSet<>(whole.names()));
            case ClientRequest.Change.Difference difference -> difference.size() == 0;
        };
    }

    private void unsettle() {
        settled = null;
        done = null;
    }

    /** State of the world: these names and no others; a message that answers no response starts from nothing. */
    private void replace(List<String> wanted, boolean fresh) {
        if (fresh) {
            sent.clear();
            toldMissing.clear();
            owesAnswer = true;
        }
        Set<String> next = new LinkedHashSet<>(wanted);
        boolean byName = TypeUrls.PUSH_ORDER.contains(typeUrl) && !isWhole();
        wildcard = next.remove(ALL) || (next.isEmpty() && !byName);
        names.retainAll(next);
        for (String name : next) {
            if (names.add(name) && !wildcard) {
                sent.remove(name);
            }
        }
        toldMissing.retainAll(next);
        if (!wildcard) {
            sent.keySet().retainAll(next);
        }
    }

    private void apply(ClientRequest.Change.Difference change) {
        if (!started) {
            wildcard = change.subscribe().isEmpty();
            change.initialVersions()
                    .forEach((name, version) ->
                            sent.put(name, new XdsResource(name, version, Any.getDefaultInstance())));
        }
        for (String name : change.subscribe()) {
            if (name.equals(ALL)) {
                wildcard = true;
            } else {
                names.add(name);
                toldMissing.remove(name);
                // A client may ask again for what it has forgotten; then it must get it again.
                if (!change.initialVersions().containsKey(name)) {
                    sent.remove(name);
                }
            }
        }
        change.unsubscribe().forEach(this::unsubscribe);
    }

    private void unsubscribe(String name) {
        if (name.equals(ALL)) {
            wildcard = false;
            sent.keySet().retainAll(names);
        } else {
            names.remove(name);
            toldMissing.remove(name);
            sent.remove(name);
        }
    }

    /** The client needs these again although they did not change. */
    void sendAgain(Collection<String> again) {
        boolean any = false;
        for (String name : again) {
            any |= sent.remove(name) != null;
        }
        if (any) {
            unsettle();
        }
    }

    /**
     * What has to be sent, or null if nothing has; it counts as sent from then on. A first answer is given whole or not at all.
     *
     * @param heldBack what has to wait
     * @param withdraw whether resources that are gone are taken away; before that only new and changed ones are sent, so that nothing
     *     disappears while something the proxy still uses names it
     */
    @Nullable
    Update advance(Translation translation, Dialect dialect, Predicate<XdsResource> heldBack, boolean withdraw) {
        if (isDone(translation)) {
            holding = false;
            return null;
        }
        List<XdsResource> all = isListed() && (wildcard || names.size() > FEW) ? translation.all(typeUrl) : null;
        Comparison comparison = new Comparison(heldBack);
        if (all == null) {
            byName(translation, comparison);
        } else {
            compare(all, dialect, comparison);
        }
        holding = comparison.isHolding();
        boolean said = owesAnswer && (wildcard || !names.isEmpty());
        if (said && holding) {
            return null;
        }
        Update update = dialect == Dialect.DELTA ? difference(comparison, withdraw) : whole(comparison, withdraw, said);
        note(comparison, withdraw, all, translation);
        if (said) {
            owesAnswer = false;
        }
        return said || update.saysSomething() ? update : null;
    }

    private void note(
            Comparison comparison, boolean withdraw, @Nullable List<XdsResource> all, Translation translation) {
        if (!holding && (comparison.gone().isEmpty() || withdraw)) {
            settled = all;
            done = translation;
        } else if (!comparison.changed().isEmpty()) {
            // The proxy has neither that list nor this one; what it has must be compared with the next.
            settled = null;
        }
    }

    @SuppressWarnings("ReferenceEquality") // A translation never says anything else than it said before.
    private boolean isDone(Translation translation) {
        return !owesAnswer && done == translation;
    }

    /** Whether {@link Translation#all} has everything that can be asked for by name. */
    private boolean isListed() {
        return TypeUrls.PUSH_ORDER.contains(typeUrl) && !typeUrl.equals(TypeUrls.SECRET)
                || typeUrl.equals(TypeUrls.NAME_TABLE);
    }

    private void compare(List<XdsResource> all, Dialect dialect, Comparison comparison) {
        List<XdsResource> before = settled;
        boolean wholeIsSent = dialect == Dialect.STATE_OF_THE_WORLD && isWhole();
        if (before == null || owesAnswer || wholeIsSent) {
            compareAll(all, comparison);
        } else {
            compareSince(before, all, comparison);
        }
    }

    /** Everything was sent of an earlier list: what did not change since then needs no look. */
    private void compareSince(List<XdsResource> before, List<XdsResource> all, Comparison comparison) {
        ListDifference since = ListDifference.between(before, all);
        for (XdsResource resource : since.changed()) {
            if (wants(resource.name())) {
                comparison.take(resource, sent.get(resource.name()));
            }
        }
        since.gone().stream().filter(sent::containsKey).forEach(comparison::gone);
    }

    private void compareAll(List<XdsResource> all, Comparison comparison) {
        Set<String> present = new HashSet<>();
        for (XdsResource resource : all) {
            if (wants(resource.name())) {
                present.add(resource.name());
                comparison.take(resource, sent.get(resource.name()));
            }
        }
        absent(comparison, present);
    }

    private void byName(Translation translation, Comparison comparison) {
        Set<String> present = new HashSet<>();
        for (String name : names) {
            XdsResource resource = translation.named(typeUrl, name);
            if (resource != null) {
                present.add(name);
                comparison.take(resource, sent.get(name));
            }
        }
        absent(comparison, present);
    }

    private void absent(Comparison comparison, Set<String> present) {
        for (String name : names) {
            if (!present.contains(name) && !sent.containsKey(name) && !toldMissing.contains(name)) {
                comparison.missing(name);
            }
        }
        for (String name : sent.keySet()) {
            if (!present.contains(name)) {
                comparison.gone(name);
            }
        }
    }

    private Update difference(Comparison comparison, boolean withdraw) {
        List<String> added = keep(comparison);
        List<String> removed = new ArrayList<>(comparison.missing());
        if (withdraw) {
            removed.addAll(comparison.gone());
            forget(comparison);
        }
        return new Update(comparison.changed(), removed, added, comparison.updated(), false);
    }

    /** State of the world has no list of what is removed: of whole types all is sent that is to stay, of others what changed. */
    private Update whole(Comparison comparison, boolean withdraw, boolean owed) {
        List<XdsResource> leaving = comparison.gone().stream()
                .map(name -> Objects.requireNonNull(sent.get(name)))
                .filter(resource -> resource.body().getSerializedSize() > 0)
                .toList();
        List<String> added = keep(comparison);
        if (withdraw) {
            forget(comparison);
        }
        if (!isWhole()) {
            return new Update(comparison.changed(), List.of(), added, comparison.updated(), false);
        }
        boolean fewer = withdraw && !leaving.isEmpty();
        if (comparison.changed().isEmpty() && !fewer && !owed) {
            return Update.NOTHING;
        }
        List<XdsResource> staying = new ArrayList<>(comparison.current());
        if (!withdraw) {
            staying.addAll(leaving);
        }
        return new Update(staying, List.of(), added, comparison.updated(), fewer);
    }

    /** Notes what the proxy has now; returns the names it did not have before. */
    private List<String> keep(Comparison comparison) {
        List<String> added = new ArrayList<>();
        for (XdsResource resource : comparison.current()) {
            if (sent.put(resource.name(), resource) == null) {
                added.add(resource.name());
            }
        }
        added.forEach(toldMissing::remove);
        toldMissing.addAll(comparison.missing());
        return added;
    }

    private void forget(Comparison comparison) {
        for (String name : comparison.gone()) {
            sent.remove(name);
            if (names.contains(name)) {
                toldMissing.add(name);
            }
        }
    }
}

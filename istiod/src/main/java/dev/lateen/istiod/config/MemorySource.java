package dev.lateen.istiod.config;

import dev.lateen.api.resource.ResourceKey;
import dev.lateen.istiod.input.ConfigInput;
import dev.lateen.istiod.input.ConfigObject;
import dev.lateen.istiod.input.Offer;
import dev.lateen.istiod.input.Offers;
import dev.lateen.istiod.persistent.PersistentMap;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Objects that this process knows by itself, typed. Safe from any thread. */
public final class MemorySource implements ConfigSource {
    private volatile Offers current = Offers.NOTHING;
    private volatile ChangeListener listener = _ -> {};

    /** A source without objects. */
    public MemorySource() {}

    /** Has just these objects from now on; one that says what it said before is no change. */
    public void replace(Collection<? extends ConfigObject> objects) {
        if (take(objects)) {
            listener.changed(false);
        }
    }

    @SuppressWarnings("ReferenceEquality") // A map without a change is the same map.
    private synchronized boolean take(Collection<? extends ConfigObject> objects) {
        PersistentMap<ResourceKey, Offer> before = current.objects();
        PersistentMap<ResourceKey, Offer> after = before;
        Set<ResourceKey> gone = new HashSet<>(before.keys());
        for (ConfigObject object : objects) {
            gone.remove(object.key());
            boolean known = after.get(object.key()) instanceof Offer.Read readable && object.says(readable.object());
            after = known ? after : after.with(object.key(), new Offer.Read(object, List.of()));
        }
        for (ResourceKey key : gone) {
            after = after.without(key);
        }
        if (after == before) {
            return false;
        }
        current = new Offers(after, null, List.of());
        return true;
    }

    @Override
    public String cluster() {
        return ConfigInput.LOCAL_CLUSTER;
    }

    @Override
    public Offers current() {
        return current;
    }

    @Override
    public void onChange(ChangeListener heard) {
        listener = heard;
    }

    @Override
    public void close() {
        listener = _ -> {};
    }
}

package dev.lateen.istiod.translate;

import dev.lateen.istiod.translate.names.NameEntries;
import dev.lateen.istiod.translate.resource.Interner;
import dev.lateen.istiod.translate.resource.XdsResource;
import dev.lateen.istiod.translate.view.ProxyView;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The name table of some proxies, of one snapshot. Immutable.
 *
 * @param entries of which it is put together
 * @param all the table, alone in a list; the same as long as no entry is another
 */
record NameTables(CalledResources entries, List<XdsResource> all) {
    /**
     * That of a snapshot.
     *
     * @param before that of an earlier one; null for none
     */
    @SuppressWarnings("ReferenceEquality") // What did not change is the same object.
    static NameTables of(ProxyView view, NameEntries.Client client, @Nullable NameTables before, Interner interner) {
        NameEntries names = new NameEntries(view, client);
        CalledResources entries = CalledResources.of(
                view, before == null ? null : before.entries, service -> interner.each(names.of(service)));
        if (before != null && entries.all() == before.entries.all()) {
            return new NameTables(entries, before.all);
        }
        return new NameTables(entries, List.of(NameEntries.table(entries.all())));
    }
}

package dev.lateen.proxy.xds;

import java.util.LinkedHashSet;
import java.util.Set;

/** What is at hand while one resource is decoded, and what it is found to refer to. */
final class DecodeScope {
    final FileSource files;
    final Set<SecretReference> secrets = new LinkedHashSet<>();
    final Set<String> routeTables = new LinkedHashSet<>();

    DecodeScope(FileSource files) {
        this.files = files;
    }
}

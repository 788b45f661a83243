package dev.lateen.istiod.config;

import dev.lateen.api.resource.Origin;
import dev.lateen.api.resource.ResourceKey;
import dev.lateen.api.yaml.Problem;
import dev.lateen.api.yaml.ResourceReader;
import dev.lateen.istiod.input.Offer;
import dev.lateen.istiod.persistent.PersistentMap;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Files as they were read last, put together: of two files that have one object the later one counts. Only files whose stamp changed are read again, and
 * only their objects are looked at. Not thread-safe.
 */
final class ParsedFiles {
    private record Parsed(FileTree.Stamp stamp, FileOffers offers) {}

    private final ResourceReader reader;
    private final @Nullable Path without;
    private Map<Path, Parsed> parsed = new LinkedHashMap<>();
    private final Set<Path> forbidden = new HashSet<>();
    /** The files in which an object stands. */
    private final Map<ResourceKey, Set<Path>> places = new HashMap<>();

    private PersistentMap<ResourceKey, Offer> objects = PersistentMap.empty();

    /** @param without a file that is no resources' */
    ParsedFiles(ResourceReader reader, @Nullable Path without) {
        this.reader = reader;
        this.without = without;
    }

    /** What all files say now. */
    PersistentMap<ResourceKey, Offer> read(FileTree tree) {
        Map<Path, Parsed> before = parsed;
        Map<Path, Parsed> now = new LinkedHashMap<>();
        Set<ResourceKey> touched = new LinkedHashSet<>();
        tree.files().forEach((file, stamp) -> {
            if (file.equals(without)) {
                return;
            }
            Parsed was = before.get(file);
            if (was != null && was.stamp.equals(stamp) && !forbidden.contains(file)) {
                now.put(file, was);
                return;
            }
            FileOffers offered = was == null ? FileOffers.NOTHING : was.offers;
            Parsed current = new Parsed(stamp, read(file, offered));
            now.put(file, current);
            move(file, offered, current.offers, touched);
        });
        before.forEach((file, was) -> {
            if (!now.containsKey(file)) {
                move(file, was.offers, FileOffers.NOTHING, touched);
            }
        });
        parsed = now;
        forbidden.retainAll(now.keySet());
        if (!touched.isEmpty()) {
            settle(touched);
        }
        return objects;
    }

    private void move(Path file, FileOffers before, FileOffers after, Set<ResourceKey> touched) {
        before.objects().keySet().forEach(key -> {
            Set<Path> left = places.getOrDefault(key, Set.of());
            left.remove(file);
            if (left.isEmpty()) {
                places.remove(key);
            }
            touched.add(key);
        });
        after.objects().keySet().forEach(key -> {
            places.computeIfAbsent(key, k -> new HashSet<>()).add(file);
            touched.add(key);
        });
    }

    private void settle(Set<ResourceKey> touched) {
        Map<Path, Integer> order = new HashMap<>();
        parsed.keySet().forEach(file -> order.put(file, order.size()));
        for (ResourceKey key : touched) {
            List<Path> files = new ArrayList<>(places.getOrDefault(key, Set.of()));
            files.sort((a, b) -> order.getOrDefault(a, 0) - order.getOrDefault(b, 0));
            Offer offer = null;
            for (Path file : files) {
                Parsed in = parsed.get(file);
                Offer next = in == null ? null : in.offers.objects().get(key);
                offer = offer == null || next == null ? next : FileOffers.later(offer, next);
            }
            Offer was = objects.get(key);
            objects = offer != null && offer.equals(was) ? objects : objects.withOrWithout(key, offer);
        }
    }

    /** What is wrong with files as a whole. */
    List<Problem> problems() {
        return parsed.values().stream()
                .flatMap(one -> one.offers.problems().stream())
                .toList();
    }

    /** Whether a file that was closed to us is open now, which does not show in its stamp. */
    boolean canBeReadNow() {
        return forbidden.stream().anyMatch(Files::isReadable);
    }

    private FileOffers read(Path file, FileOffers before) {
        forbidden.remove(file);
        try {
            if (Files.size(file) > FileTree.LONGEST) {
                return unreadable(file, Files.size(file) + " bytes", "at most " + FileTree.LONGEST, before);
            }
            return FileOffers.of(reader.read(file.toString(), Files.readString(file)), before);
        } catch (CharacterCodingException e) {
            return unreadable(file, "not UTF-8 text", "YAML or JSON in UTF-8", before);
        } catch (AccessDeniedException e) {
            forbidden.add(file);
            return unreadable(file, "can't be read: permission denied", "a readable file", before);
        } catch (IOException e) {
            return unreadable(file, "can't be read: " + e.getMessage(), "a readable file of UTF-8 text", before);
        }
    }

    private static FileOffers unreadable(Path file, String found, String accepted, FileOffers before) {
        Origin origin = new Origin.InFile(file.toString(), 1, 0);
        return FileOffers.unreadable(new Problem(Problem.Severity.ERROR, origin, 0, null, "", found, accepted), before);
    }
}

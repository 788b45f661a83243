package dev.lateen.istiod.config;

import dev.lateen.api.resource.Origin;
import dev.lateen.api.resource.Resource;
import dev.lateen.api.resource.ResourceKey;
import dev.lateen.api.yaml.Problem;
import dev.lateen.api.yaml.RawDocument;
import dev.lateen.api.yaml.Reading;
import dev.lateen.istiod.input.ConfigJoin;
import dev.lateen.istiod.input.ConfigObject;
import dev.lateen.istiod.input.KubernetesReader;
import dev.lateen.istiod.input.Offer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What one file says, object by object: an object with an error is refused alone. Where an error can't be put down to an object, as in a file that is no
 * YAML, any object that is not found may be the broken one: what the file said of it last stays.
 *
 * @param objects by their keys; of two with one key the later
 * @param problems of the file as a whole
 */
record FileOffers(Map<ResourceKey, Offer> objects, List<Problem> problems) {
    static final FileOffers NOTHING = new FileOffers(Map.of(), List.of());

    /** A name that could not be read. */
    private static final String UNKNOWN = "?";

    /** @param before what it said when it was read last */
    static FileOffers of(Reading reading, FileOffers before) {
        Map<ResourceKey, List<Problem>> byObject = new HashMap<>();
        List<Problem> ofFile = new ArrayList<>();
        for (Problem problem : reading.problems()) {
            ResourceKey key = problem.resource();
            if (key == null || key.name().equals(UNKNOWN)) {
                ofFile.add(problem);
            } else {
                byObject.computeIfAbsent(key, k -> new ArrayList<>()).add(problem);
            }
        }
        Map<ResourceKey, Offer> objects = new LinkedHashMap<>();
        for (Resource<?> resource : reading.resources()) {
            List<Problem> remarks = byObject.getOrDefault(resource.key(), List.of());
            List<Problem> own = remarks.stream()
                    .filter(problem -> problem.origin().equals(resource.meta().origin()))
                    .toList();
            put(objects, new Offer.Read(new ConfigObject.OfIstio(resource), own));
        }
        for (RawDocument document : reading.documents()) {
            put(objects, KubernetesReader.read(document));
        }
        byObject.forEach((key, problems) -> problems.stream()
                .filter(Problem::isError)
                .findFirst()
                .ifPresent(error ->
                        put(objects, new Offer.Refused(key, error.origin(), of(error.origin(), problems)))));
        if (ofFile.stream().anyMatch(Problem::isError)) {
            before.objects.forEach(objects::putIfAbsent);
        }
        return new FileOffers(shared(objects, before), List.copyOf(ofFile));
    }

    private static List<Problem> of(Origin origin, List<Problem> problems) {
        return problems.stream()
                .filter(problem -> problem.origin().equals(origin))
                .toList();
    }

    private static void put(Map<ResourceKey, Offer> objects, Offer offer) {
        Offer earlier = objects.remove(offer.key());
        objects.put(offer.key(), earlier == null ? offer : later(earlier, offer));
    }

    /** The later of two offers of one object, which tells of the earlier. */
    static Offer later(Offer earlier, Offer later) {
        List<Problem> problems = new ArrayList<>(later.problems());
        problems.add(ConfigJoin.twice(earlier, later));
        return switch (later) {
            case Offer.Read readable -> new Offer.Read(readable.object(), List.copyOf(problems));
            case Offer.Refused refused -> new Offer.Refused(refused.key(), refused.origin(), List.copyOf(problems));
        };
    }

    /** With the object of before in the place of one that says the same at the same place, so that whoever compares identities need not look. */
    private static Map<ResourceKey, Offer> shared(Map<ResourceKey, Offer> objects, FileOffers before) {
        objects.replaceAll((key, now) -> {
            @Nullable Offer was = before.objects.get(key);
            return now.equals(was) ? was : now;
        });
        return objects;
    }

    /** Nothing could be read: everything stays as the file said it last. */
    static FileOffers unreadable(Problem why, FileOffers before) {
        return new FileOffers(before.objects, List.of(why));
    }
}

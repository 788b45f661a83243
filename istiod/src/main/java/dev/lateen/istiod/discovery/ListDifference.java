package dev.lateen.istiod.discovery;

import dev.lateen.istiod.translate.resource.XdsResource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What tells two lists of resources of one type apart. Both mostly hold the same objects in the same order, so its cost is that of the part
 * in which they differ.
 *
 * @param changed what is new in the later list, or in another version
 * @param gone the names that only the earlier list has
 */
record ListDifference(List<XdsResource> changed, List<String> gone) {

    static ListDifference between(List<XdsResource> before, List<XdsResource> now) {
        int head = commonHead(before, now);
        int tail = commonTail(before, now, head);
        Map<String, XdsResource> old = new LinkedHashMap<>();
        before.subList(head, before.size() - tail).forEach(resource -> old.put(resource.name(), resource));
        List<XdsResource> changed = new ArrayList<>();
        for (XdsResource resource : now.subList(head, now.size() - tail)) {
            XdsResource was = old.remove(resource.name());
            if (was == null || !was.version().equals(resource.version())) {
                changed.add(resource);
            }
        }
        return new ListDifference(changed, List.copyOf(old.keySet()));
    }

    @SuppressWarnings("ReferenceEquality") // Only a short way; what differs is compared by its version.
    private static int commonHead(List<XdsResource> before, List<XdsResource> now) {
        int most = Math.min(before.size(), now.size());
        int head = 0;
        while (head < most && before.get(head) == now.get(head)) {
            head++;
        }
        return head;
    }

    @SuppressWarnings("ReferenceEquality")
    private static int commonTail(List<XdsResource> before, List<XdsResource> now, int head) {
        int most = Math.min(before.size(), now.size()) - head;
        int tail = 0;
        while (tail < most && before.get(before.size() - 1 - tail) == now.get(now.size() - 1 - tail)) {
            tail++;
        }
        return tail;
    }
}

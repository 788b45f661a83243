package dev.lateen.istiod.discovery;

import dev.lateen.istiod.translate.resource.XdsResource;
import java.util.List;

/**
 * What is to be sent of one type.
 *
 * @param resources what goes into the response
 * @param removed names that are taken away or don't exist
 * @param added names the proxy did not have before
 * @param updated names the proxy had in another version
 * @param fewer whether resources disappear by not being in the response
 */
record Update(
        List<XdsResource> resources, List<String> removed, List<String> added, List<String> updated, boolean fewer) {

    static final Update NOTHING = new Update(List.of(), List.of(), List.of(), List.of(), false);

    boolean saysSomething() {
        return !resources.isEmpty() || !removed.isEmpty() || fewer;
    }
}

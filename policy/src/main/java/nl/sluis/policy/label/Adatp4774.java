package nl.sluis.policy.label;

import com.google.protobuf.ByteString;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLOutputFactory;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;
import javax.xml.stream.XMLStreamWriter;
import nl.sluis.policy.label.LabelException.Reason;
import org.jspecify.annotations.Nullable;

/**
 * Labels as ADatP-4774 XML (STANAG 4774, edition A version 1).
 *
 * <p>Assumptions:
 * <ul>
 *   <li>a document holds the label of one security policy; a label of several parts is several documents;
 *   <li>each permissive category is one any-of clause, and a reader must hit all of them;
 *   <li>owners and data mode are not in the document: they come with the record;
 *   <li>anything that is not known is refused: an element that is skipped could be the one that restricts.
 * </ul>
 */
public final class Adatp4774 {
    /** The namespace of the label's syntax. */
    public static final String NAMESPACE = "urn:nato:stanag:4774:confidentialitymetadatalabel:1:0";

    /** Largest document: 64 KiB. */
    static final int DOCUMENT_BYTES_MAX = 64 << 10;

    private static final Set<String> ROOTS =
            Set.of("originatorConfidentialityLabel", "ConfidentialityLabel", "alternativeConfidentialityLabel");
    private static final String RELEASABLE = "Releasable to";

    private final Spifs spifs;
    private final Collection<OwnerId> owners;

    private @Nullable Spif spif;
    private @Nullable String policyName;
    private @Nullable String classification;
    private @Nullable Instant created;
    private @Nullable Instant review;
    private final List<Clause> release = new ArrayList<>();
    private final Set<CategoryRef> restrictive = new TreeSet<>();
    private final Set<CategoryRef> informative = new TreeSet<>();

    private Adatp4774(Spifs spifs, Collection<OwnerId> owners) {
        this.spifs = spifs;
        this.owners = owners;
    }

    /**
     * A label that was read, beside what it was read from.
     *
     * @param label the label
     * @param original the bytes as received: a signature over them stays valid
     */
    public record Received(SecurityLabel label, ByteString original) {}

    /**
     * Reads a document.
     *
     * @param xml the bytes as received
     * @param owners who owns the record, at least one
     * @param mode the record's data mode
     * @param spifs the policies that give it meaning
     */
    public static Received read(byte[] xml, Collection<OwnerId> owners, Mode mode, Spifs spifs) throws LabelException {
        if (xml.length > DOCUMENT_BYTES_MAX) {
            throw malformed("document of " + xml.length + " bytes", "at most " + DOCUMENT_BYTES_MAX);
        }
        XMLInputFactory factory = XMLInputFactory.newDefaultFactory();
        factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
        factory.setProperty(XMLInputFactory.IS_SUPPORTING_EXTERNAL_ENTITIES, false);
        factory.setProperty(XMLInputFactory.IS_COALESCING, true);
        try {
            XMLStreamReader reader = factory.createXMLStreamReader(new ByteArrayInputStream(xml));
            Adatp4774 document = new Adatp4774(spifs, owners);
            document.label(reader);
            return new Received(document.build(mode), ByteString.copyFrom(xml));
        } catch (XMLStreamException e) {
            throw malformed(
                    "not XML at line " + e.getLocation().getLineNumber(), "one label of namespace " + NAMESPACE);
        }
    }

    /** Writes a label, one document for each of its parts, in their order. */
    public static List<byte[]> write(SecurityLabel label) {
        List<byte[]> documents = new ArrayList<>();
        for (LabelPart part : label.parts()) {
            try {
                documents.add(write(label, part));
            } catch (XMLStreamException e) {
                throw new IllegalStateException(e);
            }
        }
        return documents;
    }

    private static byte[] write(SecurityLabel label, LabelPart part) throws XMLStreamException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        XMLStreamWriter xml = XMLOutputFactory.newDefaultFactory().createXMLStreamWriter(out, "UTF-8");
        xml.writeStartElement("slab", "originatorConfidentialityLabel", NAMESPACE);
        xml.writeNamespace("slab", NAMESPACE);
        Instant review = label.review();
        if (review != null) {
            xml.writeAttribute("ReviewDateTime", review.toString());
        }
        xml.writeStartElement("slab", "ConfidentialityInformation", NAMESPACE);
        xml.writeStartElement("slab", "PolicyIdentifier", NAMESPACE);
        xml.writeAttribute("URI", "urn:oid:" + part.spif().oid());
        xml.writeCharacters(part.spif().name());
        xml.writeEndElement();
        element(xml, "Classification", part.level().name().replace('-', ' ').toUpperCase(Locale.ROOT));
        for (CategoryRef ref : part.restrictive()) {
            category(xml, "RESTRICTIVE", part.spif(), ref);
        }
        for (Clause clause : part.release()) {
            xml.writeStartElement("slab", "Category", NAMESPACE);
            xml.writeAttribute("Type", "PERMISSIVE");
            xml.writeAttribute("TagName", RELEASABLE);
            for (String member : clause.members()) {
                element(xml, "GenericValue", member);
            }
            xml.writeEndElement();
        }
        for (CategoryRef ref : part.informative()) {
            category(xml, "INFORMATIVE", part.spif(), ref);
        }
        xml.writeEndElement();
        element(xml, "CreationDateTime", label.created().toString());
        xml.writeEndElement();
        xml.flush();
        return out.toByteArray();
    }

    private static void category(XMLStreamWriter xml, String type, Spif spif, CategoryRef ref)
            throws XMLStreamException {
        xml.writeStartElement("slab", "Category", NAMESPACE);
        xml.writeAttribute("Type", type);
        xml.writeAttribute("TagName", spif.tagSet(ref.tagSetOid()).orElseThrow().name());
        xml.writeAttribute("URI", "urn:oid:" + ref.tagSetOid());
        element(xml, "GenericValue", spif.value(ref).orElseThrow().marking());
        xml.writeEndElement();
    }

    private static void element(XMLStreamWriter xml, String name, String text) throws XMLStreamException {
        xml.writeStartElement("slab", name, NAMESPACE);
        xml.writeCharacters(text);
        xml.writeEndElement();
    }

    private void label(XMLStreamReader xml) throws XMLStreamException, LabelException {
        while (xml.next() != XMLStreamConstants.START_ELEMENT) {
            if (xml.getEventType() == XMLStreamConstants.DTD) {
                throw malformed("a document type declaration", "none");
            }
        }
        if (!NAMESPACE.equals(xml.getNamespaceURI()) || !ROOTS.contains(xml.getLocalName())) {
            throw malformed("root `" + xml.getLocalName() + "`", "a label of namespace " + NAMESPACE);
        }
        for (int a = 0; a < xml.getAttributeCount(); a++) {
            switch (xml.getAttributeLocalName(a)) {
                case "ReviewDateTime" -> review = time(xml.getAttributeValue(a), "ReviewDateTime");
                case "Id", "id", "schemaLocation" -> {}
                default -> throw malformed("attribute `" + xml.getAttributeLocalName(a) + "`", "ReviewDateTime");
            }
        }
        while (nextElement(xml)) {
            switch (xml.getLocalName()) {
                case "ConfidentialityInformation" -> information(xml);
                case "CreationDateTime" -> created = time(xml.getElementText(), "CreationDateTime");
                case "OriginatorID" -> xml.getElementText();
                default -> throw malformed("element `" + xml.getLocalName() + "`", "a known element");
            }
        }
    }

    private void information(XMLStreamReader xml) throws XMLStreamException, LabelException {
        while (nextElement(xml)) {
            switch (xml.getLocalName()) {
                case "PolicyIdentifier" -> {
                    String uri = xml.getAttributeValue(null, "URI");
                    policyName = xml.getElementText().strip();
                    spif = uri == null ? spifs.named(policyName) : spifs.withOid(uri.replace("urn:oid:", ""));
                    if (spif == null) {
                        throw new LabelException(
                                Reason.UNKNOWN,
                                "PolicyIdentifier",
                                "unknown security policy `" + (uri == null ? policyName : uri) + "`",
                                policyName,
                                "one of " + spifs.names().stream().sorted().toList());
                    }
                }
                case "Classification" -> classification = xml.getElementText().strip();
                case "Category" -> category(xml);
                default -> throw malformed("element `" + xml.getLocalName() + "`", "a known element");
            }
        }
    }

    private void category(XMLStreamReader xml) throws XMLStreamException, LabelException {
        String type = xml.getAttributeValue(null, "Type");
        String tag = xml.getAttributeValue(null, "TagName");
        List<String> values = new ArrayList<>();
        while (nextElement(xml)) {
            if (!xml.getLocalName().equals("GenericValue")) {
                throw malformed("element `" + xml.getLocalName() + "`", "GenericValue");
            }
            values.add(xml.getElementText().strip());
        }
        Spif policy = spif;
        if (policy == null) {
            throw malformed("a category before its policy", "PolicyIdentifier first");
        }
        switch (String.valueOf(type)) {
            case "PERMISSIVE" -> release.add(SecurityLabel.clause(values, "Category " + tag, spifs));
            case "RESTRICTIVE", "INFORMATIVE" -> {
                Spif.TagType tagType = Spif.TagType.valueOf(String.valueOf(type));
                for (String value : values) {
                    CategoryRef ref = policy.value(tagType, value)
                            .orElseThrow(() -> new LabelException(
                                    Reason.UNKNOWN,
                                    "Category " + tag,
                                    "unknown value `" + value + "`",
                                    value,
                                    "a value of `" + policy.name() + "`"));
                    (tagType == Spif.TagType.RESTRICTIVE ? restrictive : informative).add(ref);
                }
            }
            default -> throw malformed("category of type `" + type + "`", "PERMISSIVE, RESTRICTIVE or INFORMATIVE");
        }
    }

    private SecurityLabel build(Mode mode) throws LabelException {
        Spif policy = spif;
        String word = classification;
        Instant time = created;
        if (policy == null || word == null || time == null) {
            throw malformed(
                    "a label without "
                            + (policy == null ? "policy" : word == null ? "classification" : "creation time"),
                    "all three");
        }
        Spif.Level level = policy.level(word)
                .or(() -> policy.level(word.replace(' ', '-')))
                .orElseThrow(() -> new LabelException(
                        Reason.UNKNOWN,
                        "Classification",
                        "unknown classification `" + word + "` of `" + policy.name() + "`",
                        word,
                        String.join(", ", policy.levelNames())));
        LabelPart part = new LabelPart(
                policy,
                level,
                List.copyOf(restrictive),
                release.isEmpty() ? List.of(SecurityLabel.ownersOnly(owners)) : release,
                List.copyOf(informative));
        return new SecurityLabel(List.of(part), owners, time, review, mode, List.of());
    }

    /** Moves to the next child element; false at the end of the parent. Text between elements must be blank. */
    private static boolean nextElement(XMLStreamReader xml) throws XMLStreamException, LabelException {
        while (true) {
            switch (xml.next()) {
                case XMLStreamConstants.START_ELEMENT -> {
                    if (!NAMESPACE.equals(xml.getNamespaceURI())) {
                        throw malformed("element of namespace `" + xml.getNamespaceURI() + "`", NAMESPACE);
                    }
                    return true;
                }
                case XMLStreamConstants.END_ELEMENT, XMLStreamConstants.END_DOCUMENT -> {
                    return false;
                }
                case XMLStreamConstants.CHARACTERS -> {
                    if (!xml.isWhiteSpace()) {
                        throw malformed("text between elements", "elements only");
                    }
                }
                case XMLStreamConstants.COMMENT, XMLStreamConstants.SPACE -> {}
                default -> throw malformed("an entity or instruction", "elements only");
            }
        }
    }

    private static Instant time(String text, String field) throws LabelException {
        try {
            return OffsetDateTime.parse(text.strip()).toInstant();
        } catch (DateTimeException e) {
            throw new LabelException(
                    Reason.MALFORMED,
                    field,
                    "time `" + text.strip() + "` cannot be read",
                    text,
                    "a time with its zone");
        }
    }

    private static LabelException malformed(String what, String expected) {
        return new LabelException(Reason.MALFORMED, "4774", what, what, expected);
    }

    /** The document as text, for people. */
    public static String text(byte[] document) {
        return new String(document, StandardCharsets.UTF_8);
    }
}

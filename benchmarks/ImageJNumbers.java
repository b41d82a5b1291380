import ij.ImageJ;
import ij.ImagePlus;
import ij.gui.Roi;
import ij.io.FileSaver;
import ij.io.Opener;
import ij.io.RoiDecoder;
import ij.measure.Calibration;
import ij.measure.Measurements;
import ij.measure.ResultsTable;
import ij.plugin.filter.Analyzer;
import ij.process.ImageProcessor;
import ij.process.ShortProcessor;
import java.io.PrintWriter;
import java.util.Enumeration;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/** What ImageJ itself makes of a label image and of outlines: see imagej_numbers.py, which runs it. */
public class ImageJNumbers implements Measurements {
  static final String[] COLUMNS = {
    "Area", "X", "Y", "Perim.", "Circ.", "Feret", "MinFeret", "Major", "Minor", "Angle", "AR", "Round", "Solidity"
  };

  public static void main(String[] folders) throws Exception {
    String folder = folders[0] + "/";
    try (PrintWriter said = new PrintWriter(folder + "images.csv")) {
      said.println("version,file,bits,pixel,unit,largest,info");
      for (String file : new String[] {"uint16.tif", "uint32.tif"}) {
        ImagePlus image = new Opener().openImage(folder + file);
        Calibration size = image.getCalibration();
        double largest = image.getStatistics(MIN_MAX).max;
        boolean info = String.valueOf(image.getProperty("Info")).contains("pixels_sha256");
        said.println(
            String.join(
                ",", ImageJ.VERSION, file, "" + image.getBitDepth(), "" + size.pixelWidth, size.getUnit(), "" + largest, "" + info));
        new FileSaver(image).saveAsTiff(folder + "saved-" + file);
      }
    }
    ImagePlus image = new Opener().openImage(folder + "uint16.tif");
    ImageProcessor filled = new ShortProcessor(image.getWidth(), image.getHeight());
    int what = AREA + CENTROID + PERIMETER + SHAPE_DESCRIPTORS + FERET + ELLIPSE;
    try (PrintWriter rows = new PrintWriter(folder + "rois.csv");
        ZipFile archive = new ZipFile(folder + "outlines.zip")) {
      rows.println("label,type," + String.join(",", COLUMNS));
      for (Enumeration<? extends ZipEntry> entries = archive.entries(); entries.hasMoreElements(); ) {
        ZipEntry entry = entries.nextElement();
        byte[] content = archive.getInputStream(entry).readAllBytes();
        Roi roi = new RoiDecoder(content, entry.getName()).getRoi();
        int number = Integer.parseInt(roi.getName());
        filled.setValue(number);
        filled.fill(roi);
        image.setRoi(roi);
        ResultsTable table = new ResultsTable();
        new Analyzer(image, what, table).measure();
        StringBuilder row = new StringBuilder(number + "," + roi.getTypeAsString());
        for (String column : COLUMNS) row.append(",").append(table.getValue(column, 0));
        rows.println(row);
      }
    }
    new FileSaver(new ImagePlus("filled", filled)).saveAsTiff(folder + "filled.tif");
  }
}
